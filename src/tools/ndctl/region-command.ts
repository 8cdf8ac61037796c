/** `ndctl enable-region`, `disable-region`. */

import { readBuses } from './bus.ts';
import { busMatches, regionMatches } from './filter.ts';
import { errorText, type OptionSpec, parseOptions, UsageExit, usageText } from './parse-options.ts';
import { type Region, walkSafely } from './region.ts';
import type { Session } from './session.ts';

const OPTIONS: readonly OptionSpec[] = [
  {
    short: 'b',
    long: 'bus',
    type: 'string',
    value: 'bus-id',
    help: '<region> must be on a bus with an id/provider of <bus-id>',
  },
  { short: 't', long: 'type', type: 'string', value: 'region-type', help: '<region> must be of the specified type' },
];

function disable(region: Region): number {
  for (const namespace of walkSafely(() => region.namespaces)) {
    const rc = namespace.disableSafe();
    if (rc !== 0) return rc;
  }
  return region.disableInvalidate();
}

export function regionCommand(action: 'enable' | 'disable'): (session: Session, args: readonly string[]) => number {
  const usage = `ndctl ${action}-region <region> [<options>]`;
  return (session, args) => {
    const options = parseOptions(args, OPTIONS, usage);
    const [ident, ...extra] = options.operands;
    const wrong = (message: string): string => `${errorText(message)}\n`;
    if (ident === undefined || extra.length > 0) {
      const complaints =
        ident === undefined
          ? [wrong('specify a specific region id to act on, or "all"')]
          : extra.map((word) => wrong(`unknown extra parameter "${word}"`));
      throw new UsageExit(complaints.join('') + usageText(usage, OPTIONS));
    }
    const type = options.string('type');
    if (type !== undefined && type !== 'pmem' && type !== 'blk') {
      const complaint = wrong(`unknown region type '${type}', should be 'pmem' or 'blk'`);
      throw new UsageExit(complaint + usageText(usage, OPTIONS));
    }
    let done = 0;
    for (const bus of readBuses(session)) {
      if (!busMatches(bus, options.string('bus'))) continue;
      for (const region of bus.regions) {
        if (type === 'blk' || !regionMatches(region, ident)) continue;
        if ((action === 'enable' ? region.enable() : disable(region)) === 0) done++;
      }
    }
    session.stderr(`${action}d ${done} region${done === 1 ? '' : 's'}\n`);
    return 0;
  };
}
