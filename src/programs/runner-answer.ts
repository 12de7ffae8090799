/** What `module-runner` writes: one JSON document. */
export type RunnerAnswer =
  | { readonly kind: 'returned'; readonly json: string }
  | {
      readonly kind: 'failed';
      /** Absolute path of the module or of a file that it imports, with `:line:column` where they are known. */
      readonly place: string;
      readonly reason: string;
    };
