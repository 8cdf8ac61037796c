/** Played runbooks as one page of HTML: self-contained, without scripts, for screen and paper. */

import { renderDiagnostics } from '../../runbook/render-diagnostics.ts';
import type { GlyphBook } from '../owner.ts';
import type { Picture } from '../picture.ts';
import { renderSvg } from '../svg.ts';
import { OF_PAGE } from '../svg-sheet.ts';
import { accountHtml } from './account-html.ts';
import { h, Html, type Child } from './markup.ts';
import { bookOf, type Report } from './report.ts';
import { mapFigure, stepHtml } from './step-html.ts';
import { STYLE_SHEET, STYLE_SHEET_HASH } from './style-sheet.ts';
import { countsOf, outcomeOf } from './words.ts';

/** Nothing may be loaded, run or sent: the page is text, pictures in it, and the one style sheet. */
const POLICY = `default-src 'none'; style-src '${STYLE_SHEET_HASH}'; base-uri 'none'; form-action 'none'`;

/** The page. All text is escaped; what a runbook holds cannot become markup. `made` names what wrote it. */
export function renderHtmlReport(reports: readonly Report[], made: string): string {
  const title = reports.length === 1 ? reports[0]!.title : `${reports.length} runs`;
  const head = h(
    'head',
    {},
    h('meta', { charset: 'utf-8' }),
    h('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { name: 'generator', content: made }),
    h('title', {}, title),
    h('style', {}, new Html(STYLE_SHEET)),
  );
  const body = h('body', {}, h('main', {}, reports.map((report) => article(report, made))));
  return `<!doctype html>\n${h('html', { lang: 'en' }, head, body).text}\n`;
}

function article(report: Report, made: string): Html {
  const { steps, before, after, account, diagnostics } = report;
  const book = bookOf(report);
  const [beforeSvg, afterSvg] = [mapSvg(before, book), mapSvg(after, book)];
  const isSame = beforeSvg === afterSvg;
  return h(
    'article',
    {},
    header(report),
    h('h2', {}, 'Machine'),
    h('dl', {}, report.machine.map(([word, value]) => [h('dt', {}, word), h('dd', {}, value)])),
    h('h2', {}, isSame ? 'Memory, before and after' : 'Memory before'),
    mapFigure(beforeSvg, 'The map of physical memory before the first command'),
    h('h2', {}, 'Commands'),
    h('ol', {}, steps.map((step, index) => stepHtml(step, index + 1, book))),
    isSame ? undefined : [h('h2', {}, 'Memory after'), mapFigure(afterSvg, 'The map of physical memory after the last command')],
    account === undefined || account.devices.length === 0 ? undefined : [h('h2', {}, 'Where the capacity went'), accountHtml(account)],
    diagnostics.length === 0 ? undefined : notes(report),
    h('footer', {}, `Made by ${made}, a model of Linux memory hotplug: nothing was booted.`),
  );
}

function header({ name, title, description, steps, status }: Report): Html {
  const outcome = outcomeOf(status);
  const counts = countsOf(steps).map(({ tone, count }): Child => {
    return h('span', { class: `count ${tone.name}` }, `${tone.mark} ${count} ${tone.word}`);
  });
  return h(
    'header',
    {},
    name === title ? undefined : h('p', { class: 'kicker' }, name),
    h('h1', {}, title),
    description === undefined ? undefined : h('p', { class: 'lead' }, description),
    h('p', { class: `outcome ${outcome.tone}` }, h('b', {}, outcome.words), counts),
  );
}

function notes({ diagnostics }: Report): Child {
  return [h('h2', {}, 'About the runbook'), h('pre', { class: 'output' }, renderDiagnostics(diagnostics, { width: 100 }).join('\n').trimEnd())];
}

function mapSvg(picture: Picture, book: GlyphBook): string {
  return renderSvg(picture, { book, theme: OF_PAGE, label: 'Map of physical memory', maxRows: 60 });
}
