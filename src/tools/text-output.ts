/** Where a tool's text goes. */
export interface TextOutput {
  /** Appends to standard output; the text holds its newlines. */
  stdout(text: string): void;
  /** Appends to standard error. */
  stderr(text: string): void;
}
