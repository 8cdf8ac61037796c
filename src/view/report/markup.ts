/** HTML built so that text cannot become markup: strings are escaped, only what `h` made is taken as it is. */

import { printable } from '../../runbook/printable.ts';
import { xmlEscape } from '../svg-text.ts';

/** Finished markup. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Child = string | Html | undefined | readonly Child[];

const VOID = new Set(['meta', 'br', 'hr']);

/** An element; attributes that are undefined are left out. */
export function h(tag: string, attributes: Readonly<Record<string, string | undefined>>, ...children: Child[]): Html {
  const listed = Object.entries(attributes)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escaped(value)}"`))
    .join('');
  return new Html(VOID.has(tag) ? `<${tag}${listed}>` : `<${tag}${listed}>${inner(children)}</${tag}>`);
}

function inner(children: readonly Child[]): string {
  return children
    .map((child) => {
      if (child === undefined) return '';
      if (child instanceof Html) return child.text;
      return typeof child === 'string' ? escaped(child) : inner(child);
    })
    .join('');
}

/** Control characters and marks that reorder text become visible; line ends stay. */
function escaped(text: string): string {
  return text.split('\n').map((line) => xmlEscape(printable(line))).join('\n');
}
