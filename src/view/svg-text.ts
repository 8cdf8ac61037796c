/** Small helpers for writing SVG by hand. */

export const MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

// Marks that reorder or hide what stands beside them.
const HIDING = /[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text as XML content or attribute value; characters XML forbids, and marks that reorder text, become U+FFFD. */
export function xmlEscape(text: string): string {
  return text
    .replace(HIDING, '\ufffd')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** `<tag a="1">content</tag>`; numbers are rounded to a tenth of a pixel. */
export function element(tag: string, attributes: Readonly<Record<string, string | number>>, content = ''): string {
  const listed = Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? Math.round(value * 10) / 10 : xmlEscape(value)}"`)
    .join('');
  return content === '' ? `<${tag}${listed}/>` : `<${tag}${listed}>${content}</${tag}>`;
}
