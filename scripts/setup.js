/**
 * Brings in what the tests need from Debian, or says how. As root on Debian it calls apt-get; elsewhere it names the
 * line to type. Nothing here is needed to build or to run memhp. `MEMHP_NO_APT=1` switches the installing off.
 */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Whether the live tests boot a kernel of arm64, too: minutes of emulation, so only when asked. */
const BOOTS_ARM64 = process.env.MEMHP_LIVE_ARCH === 'arm64';

/** What the tests call beyond Node: `skips` is what does not run without it. */
export const DEBIAN_NEEDS = [
  {
    binary: 'gcc',
    package: 'gcc libc6-dev',
    why: 'compiles the C side of pfn_valid',
    skips: 'comparison of pfnValid with C, and the C column of `npm run bench`',
  },
  {
    binary: 'lsmem',
    package: 'util-linux',
    why: 'the lsmem ours must equal byte for byte',
    skips: 'comparison of lsmem with the installed one (the recorded ones stay)',
  },
  {
    binary: 'bzip2',
    package: 'bzip2',
    why: 'packs what our own reader unpacks',
    skips: 'comparison of the bzip2 reader with bzip2',
  },
  {
    binary: 'chromium',
    package: 'chromium',
    why: 'shows the web page to its tests',
    skips: 'the web page in a browser',
  },
  {
    binary: 'redis-server',
    package: 'redis-server',
    why: 'is the queue that campaigns and workers share',
    skips: 'campaigns played over a queue, with workers killed',
  },
  ...[
    ['qemu-system-x86_64', 'qemu-system-x86', 'runs the real kernels the model is compared with'],
    ['busybox', 'busybox-static', 'is the shell of these kernels'],
    ['ndctl', 'ndctl', 'is the tool ours must equal'],
    ['daxctl', 'daxctl', 'is the tool ours must equal'],
    ['xz', 'xz-utils', 'unpacks their modules'],
  ].map(([binary, name, why]) => ({ binary, package: name, why, skips: 'runbooks verified on real kernels' })),
  ...(BOOTS_ARM64
    ? [
        {
          binary: 'qemu-system-aarch64',
          package: 'qemu-system-arm',
          why: 'runs real kernels of arm64',
          skips: 'the runbook verified on an arm64 kernel',
        },
      ]
    : []),
];

/** The kernel series whose newest packages the live tests boot. */
export const KERNEL_SERIES = ['6.12', '6.1', ...(BOOTS_ARM64 ? ['6.12-arm64'] : [])];

/** The full path of a program on PATH, or undefined. */
export function findProgram(name, path = process.env.PATH ?? '') {
  for (const folder of [...path.split(delimiter), '/usr/sbin', '/sbin']) {
    if (folder === '') continue;
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** The needs that are not there. */
export function missingNeeds(needs = DEBIAN_NEEDS, path = process.env.PATH ?? '') {
  return needs.filter((need) => findProgram(need.binary, path) === undefined);
}

/** The line an administrator types to bring in `needs`. */
export function installLine(needs) {
  return `sudo apt-get install -y --no-install-recommends ${needs.map((need) => need.package).join(' ')}`;
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function apt(args) {
  const result = spawnSync('apt-get', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 5 * 60 * 1000,
  });
  return result.status === 0;
}

/**
 * Installs what is missing where that is possible, and says what it did and what will be skipped.
 * Never fails: a missing program costs the tests that need it, loudly.
 */
export function setUp(say = console.log) {
  const missing = missingNeeds();
  if (missing.length === 0) {
    say(`set-up: ${DEBIAN_NEEDS.map((need) => need.binary).join(', ')} are there; nothing to install.`);
    fetchKernels(say);
    return [];
  }
  const packages = missing.flatMap((need) => need.package.split(' '));
  const mayInstall = process.env.MEMHP_NO_APT !== '1' && isDebian() && process.getuid?.() === 0;
  if (mayInstall) {
    say(`set-up: installing ${packages.join(' ')} with apt-get (MEMHP_NO_APT=1 switches this off).`);
    const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
    // The package lists of a fresh container are empty, so a first failure means: fetch them.
    if (!apt(install)) {
      apt(['update', '-q']);
      apt(install);
    }
  }
  const still = missingNeeds();
  if (still.length > 0) {
    say('');
    for (const need of still) say(`!!! SKIPPED without ${need.binary} (${need.why}): ${need.skips}.`);
    say(`!!! To run them too: ${installLine(still)}`);
    say('');
  }
  fetchKernels(say);
  return still;
}

/** Fetches the kernels of the live tests into memhp's cache, once; needs Debian, not root. */
function fetchKernels(say) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const memhp = (args) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'kernels', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      timeout: 15 * 60 * 1000,
    });
  let releases = [];
  try {
    const { kernels, missing } = JSON.parse(memhp(['--json']).stdout);
    releases = kernels.map((kernel) => kernel.release);
    for (const line of missing) say(`!!! ${line}`);
  } catch {
    // As if there were none.
  }
  const [ours, theirs] = [(series) => series.split('-')[0], (series) => series.split('-')[1] ?? 'amd64'];
  const wanted = KERNEL_SERIES.filter(
    (series) => !releases.some((release) => release.startsWith(`${ours(series)}.`) && release.endsWith(theirs(series))),
  );
  if (wanted.length === 0) return;
  const mayFetch = process.env.MEMHP_NO_APT !== '1' && isDebian();
  if (mayFetch) say(`set-up: fetching Linux ${wanted.join(' and ')} with apt-get into memhp's cache (MEMHP_NO_APT=1 switches this off).`);
  if (mayFetch && memhp(['fetch', ...wanted]).status === 0) return;
  say(`!!! SKIPPED without a real kernel ${wanted.join(' and ')}: runbooks verified on it.`);
  say(`!!! To run them too: npm run -s memhp -- kernels fetch ${wanted.join(' ')}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) setUp();
