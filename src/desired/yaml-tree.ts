/** YAML events as trees that know where every node stands in the text. */
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, getScalarValue } from 'js-yaml';
import type { Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml';
import { quoted } from './problem.ts';

interface Span {
  /** Offsets of the whole token, quotes and brackets included; the end is exclusive. */
  readonly start: number;
  end: number;
}

export interface ScalarNode extends Span {
  readonly kind: 'scalar';
  readonly style: 'plain' | 'quoted' | 'block';
}

export interface ListNode extends Span {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: YamlNode[];
}

export interface MapNode extends Span {
  readonly kind: 'map';
  readonly flow: boolean;
  readonly entries: MapEntry[];
  /** The last entry of each key. */
  readonly byKey: Map<string, MapEntry>;
}

export interface MapEntry {
  readonly key: string;
  readonly keySpan: Readonly<Span>;
  /** An alias is the node that it names. */
  readonly value: YamlNode;
}

export type YamlNode = ScalarNode | ListNode | MapNode;

export interface YamlTree {
  readonly root: YamlNode;
  readonly aliases: number;
}

interface TreeProblem {
  readonly offset: number;
  readonly message: string;
  /** True when the values of the documents must not be built. */
  readonly fatal: boolean;
}

const ALIASES_MAX = 16;
const NODES_MAX = 1_000_000;
/** Keys that could reach an object's prototype, and YAML 1.1's merge key. */
const REFUSED_KEYS: ReadonlyMap<string, string> = new Map([
  ['__proto__', 'the key __proto__ is refused'],
  ['constructor', 'the key constructor is refused'],
  ['prototype', 'the key prototype is refused'],
  ['<<', 'merge keys (<<) are not supported: write the keys out'],
]);

export function isRefusedKey(key: string): boolean {
  return REFUSED_KEYS.has(key);
}

/**
 * One tree a document. Trees are finite: an alias inside its own anchor, too many aliases and aliases that multiply
 * the document are fatal problems.
 */
export function buildTrees(
  text: string,
  events: readonly Event[],
): { readonly trees: readonly YamlTree[]; readonly problems: readonly TreeProblem[] } {
  const builder = new TreeBuilder(text);
  for (const event of events) builder.accept(event);
  return builder;
}

interface Anchor {
  readonly node: YamlNode;
  /** How many nodes it stands for; undefined while it is open. */
  size: number | undefined;
}

interface OpenDocument {
  readonly kind: 'document';
  root: YamlNode | undefined;
}

interface OpenCollection<Node extends ListNode | MapNode> {
  readonly kind: Node['kind'];
  readonly node: Node;
  readonly anchor: Anchor | undefined;
  /** The count of nodes when it was opened. */
  readonly before: number;
}

interface OpenMap extends OpenCollection<MapNode> {
  readonly kind: 'map';
  key: { readonly text: string; readonly span: Span } | undefined;
}

type Frame = OpenDocument | (OpenCollection<ListNode> & { readonly kind: 'list' }) | OpenMap;

class TreeBuilder {
  readonly trees: YamlTree[] = [];
  readonly problems: TreeProblem[] = [];
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #anchors = new Map<string, Anchor>();
  #aliases = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  accept(event: Event): void {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.#anchors = new Map();
        this.#aliases = 0;
        this.#nodes = 0;
        this.#frames.push({ kind: 'document', root: undefined });
        return;
      case EVENT_ID.SEQUENCE: {
        const node: ListNode = { kind: 'list', ...span(event), items: [] };
        this.#frames.push({ kind: 'list', node, anchor: this.#anchor(event, node), before: this.#nodes });
        return;
      }
      case EVENT_ID.MAPPING: {
        const node: MapNode = { kind: 'map', ...span(event), entries: [], byKey: new Map() };
        const anchor = this.#anchor(event, node);
        this.#frames.push({
          kind: 'map',
          node,
          anchor,
          before: this.#nodes,
          key: undefined,
        });
        return;
      }
      case EVENT_ID.SCALAR:
        this.#scalar(event);
        return;
      case EVENT_ID.ALIAS:
        this.#alias(this.#text.slice(event.anchorStart, event.anchorEnd), event.anchorStart - 1);
        return;
      case EVENT_ID.POP:
        this.#close();
        return;
    }
  }

  #anchor(event: SequenceEvent | MappingEvent | ScalarEvent, node: YamlNode): Anchor | undefined {
    if (event.anchorStart === -1) return undefined;
    const anchor: Anchor = { node, size: undefined };
    this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), anchor);
    return anchor;
  }

  #scalar(event: ScalarEvent): void {
    const style = scalarStyle(event);
    const quotes = style === 'quoted' ? 1 : 0;
    const empty = event.valueStart === -1;
    const start = empty ? this.#lastEnd() : event.valueStart - quotes;
    const node: ScalarNode = { kind: 'scalar', style, start, end: empty ? start : event.valueEnd + quotes };
    const anchor = this.#anchor(event, node);
    if (anchor !== undefined) anchor.size = 1;
    this.#nodes += 1;
    this.#place(node, () => getScalarValue(this.#text, event));
  }

  /** Where the token before an empty value ends. */
  #lastEnd(): number {
    const frame = this.#frames.at(-1);
    if (frame === undefined || frame.kind === 'document') return 0;
    if (frame.kind === 'list') return frame.node.items.at(-1)?.end ?? frame.node.start;
    if (frame.key === undefined) return frame.node.entries.at(-1)?.value.end ?? frame.node.start;
    const colon = /[ \t]*:/y;
    colon.lastIndex = frame.key.span.end;
    return colon.test(this.#text) ? colon.lastIndex : frame.key.span.end;
  }

  #alias(name: string, offset: number): void {
    const target = this.#anchors.get(name);
    this.#aliases += 1;
    this.#nodes += target?.size ?? 1;
    const trouble = this.#aliasTrouble(name, target);
    if (trouble !== undefined) this.#problem(offset, trouble, true);
    this.#place(target?.size === undefined ? nothingAt(offset) : target.node, undefined);
  }

  #aliasTrouble(name: string, target: Anchor | undefined): string | undefined {
    if (target === undefined) return `there is no anchor &${name} before this alias`;
    if (target.size === undefined) return `the alias *${name} contains itself`;
    if (this.#aliases > ALIASES_MAX) return `more than ${ALIASES_MAX} aliases in one document`;
    return this.#nodes > NODES_MAX ? 'its aliases make this document too large' : undefined;
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    if (frame.kind === 'document') {
      this.trees.push({ root: frame.root ?? nothingAt(0), aliases: this.#aliases });
      return;
    }
    this.#nodes += 1;
    frame.node.end = this.#collectionEnd(frame.node);
    if (frame.anchor !== undefined) frame.anchor.size = this.#nodes - frame.before;
    this.#place(frame.node, undefined);
  }

  #collectionEnd(node: ListNode | MapNode): number {
    const last = node.kind === 'list' ? node.items.at(-1) : node.entries.at(-1)?.value;
    const inner = Math.max(node.end, last?.end ?? 0);
    if (!node.flow) return inner;
    const closing = /(?:[\s,:]|#[^\r\n]*)*[}\]]/y;
    closing.lastIndex = inner;
    return closing.test(this.#text) ? closing.lastIndex : inner;
  }

  /** Puts a finished node where the parser stands: as a key, a value or an item. */
  #place(node: YamlNode, keyText: (() => string) | undefined): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    if (frame.kind === 'document') frame.root = node;
    else if (frame.kind === 'list') frame.node.items.push(node);
    else if (frame.key === undefined) {
      if (keyText === undefined) this.#problem(node.start, 'a key must be plain text');
      frame.key = { text: keyText?.() ?? '', span: node };
      this.#checkKey(frame.key.text, frame.node, node.start);
    } else {
      const entry = { key: frame.key.text, keySpan: frame.key.span, value: node };
      frame.node.entries.push(entry);
      frame.node.byKey.set(entry.key, entry);
      frame.key = undefined;
    }
  }

  #checkKey(key: string, { byKey }: MapNode, offset: number): void {
    const refused = REFUSED_KEYS.get(key);
    if (refused !== undefined) this.#problem(offset, refused);
    else if (byKey.has(key)) this.#problem(offset, `the key ${quoted(key)} is here twice`);
  }

  #problem(offset: number, message: string, fatal = false): void {
    this.problems.push({ offset, message, fatal });
  }
}

function span(event: SequenceEvent | MappingEvent): Span & { readonly flow: boolean } {
  return { start: event.start, end: event.start + 1, flow: event.style === COLLECTION_STYLE.FLOW };
}

function nothingAt(offset: number): ScalarNode {
  return { kind: 'scalar', style: 'plain', start: offset, end: offset };
}

function scalarStyle(event: ScalarEvent): ScalarNode['style'] {
  switch (event.style) {
    case SCALAR_STYLE.PLAIN:
      return 'plain';
    case SCALAR_STYLE.SINGLE_QUOTED:
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return 'quoted';
    case SCALAR_STYLE.LITERAL_BLOCK:
    case SCALAR_STYLE.FOLDED_BLOCK:
      return 'block';
  }
}
