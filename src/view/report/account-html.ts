/** Where every byte of memory went, as a table. */

import type { Account } from '../../advise/audit/account.ts';
import { bytesOf, USES, useEntry } from '../../advise/audit/use.ts';
import { shortSize } from '../size.ts';
import { h, type Html } from './markup.ts';

/** Devices listed; a table has an end. */
const DEVICE_LIMIT = 200;

/** Devices with what is used, idle and lost, and to what it is lost. */
export function accountHtml(account: Account): Html {
  const { devices } = account;
  const rows = devices.slice(0, DEVICE_LIMIT).map(({ name, sizeBytes, totals }) => {
    const lost = bytesOf(totals, 'lost');
    const where = USES.filter((use) => useEntry(use).class !== 'used' && (totals[use] ?? 0) > 0).map(
      (use) => `${shortSize(totals[use]!)} ${useEntry(use).label}`,
    );
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      h('td', { class: 'bytes' }, shortSize(sizeBytes)),
      h('td', { class: 'bytes' }, shortSize(bytesOf(totals, 'used'))),
      h('td', { class: 'bytes' }, shortSize(bytesOf(totals, 'idle'))),
      h('td', { class: lost > 0 ? 'bytes lost' : 'bytes' }, shortSize(lost)),
      h('td', {}, where.join(', ')),
    );
  });
  const more = devices.length - DEVICE_LIMIT;
  const heads = ['device', 'size', 'used', 'idle', 'lost'];
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map((head, index) => h('th', { scope: 'col', class: index === 0 ? undefined : 'bytes' }, head)),
          h('th', { scope: 'col' }, 'idle or lost to'),
        ),
      ),
      h('tbody', {}, rows, more > 0 ? h('tr', {}, h('td', { colspan: '6' }, `… ${more} more devices`)) : undefined),
    ),
  );
}
