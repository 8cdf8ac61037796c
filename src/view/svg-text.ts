/** Small helpers for writing SVG by hand. */

export const MONO = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as XML content or attribute value; characters XML forbids become U+FFFD. */
export function xmlEscape(text: string): string {
  return text
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
