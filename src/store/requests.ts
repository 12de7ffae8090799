/** Asks a running controller for a pass, and hears what came of it: one file a question, one an answer. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../observed/json-text.ts';
import { readText } from './read-text.ts';
import { replaceFile } from './replace-file.ts';

export interface PassAnswer {
  /** As the exit code of a command that had made the pass. */
  readonly exit: number;
  /** Lines for people. */
  readonly text: string;
}

const REQUEST = '.request';
const ANSWER = '.answer';

export function askForPass(folder: string, id: string): void {
  mkdirSync(folder, { recursive: true });
  replaceFile(join(folder, `${id}${REQUEST}`), `${id}\n`);
}

/** Takes question and answer away, whichever is there. */
export function withdraw(folder: string, id: string): void {
  for (const kind of [REQUEST, ANSWER]) rmSync(join(folder, `${id}${kind}`), { force: true });
}

/** Null while there is none. */
export function readAnswer(folder: string, id: string): PassAnswer | null {
  const content = readText(join(folder, `${id}${ANSWER}`));
  if (content.kind !== 'text') return null;
  const parsed = parseJson(content.text);
  return parsed.kind === 'ok' && isAnswer(parsed.value) ? parsed.value : null;
}

function isAnswer(value: unknown): value is PassAnswer {
  if (typeof value !== 'object' || value === null) return false;
  const { exit, text } = value as Partial<Record<string, unknown>>;
  return typeof exit === 'number' && typeof text === 'string';
}

/** Ids of the questions that nobody has claimed; empty where there is no folder. */
export function openRequests(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(REQUEST));
    return names.map((name) => name.slice(0, -REQUEST.length)).sort();
  } catch {
    return [];
  }
}

/** Ids of all questions so far; they are the caller's to answer from now on. What cannot be taken away is no question. */
export function claimRequests(folder: string): string[] {
  return openRequests(folder).filter((id) => {
    try {
      rmSync(join(folder, `${id}${REQUEST}`), { force: true });
      return true;
    } catch {
      return false;
    }
  });
}

/** Throws (exit 5) where there is no room for it. */
export function answerRequest(folder: string, id: string, answer: PassAnswer): void {
  replaceFile(join(folder, `${id}${ANSWER}`), `${JSON.stringify(answer)}\n`);
}
