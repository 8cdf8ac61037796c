/** The commands of the model's machine, by name. */

import { cat } from './cat.ts';
import { chmem } from './chmem.ts';
import { cxl } from './cxl/cxl.ts';
import { daxctl } from './daxctl/daxctl.ts';
import { dmesg } from './dmesg.ts';
import { echo } from './echo.ts';
import { find } from './find.ts';
import { grep } from './grep.ts';
import { cut, seq, sort, tee, tr, uniq } from './line-tools.ts';
import { ls } from './ls.ts';
import { lsmem } from './lsmem.ts';
import { modprobe } from './modprobe.ts';
import { ndctl } from './ndctl/ndctl.ts';
import { printf } from './printf.ts';
import { bracket, test } from './test-command.ts';
import { falseTool, head, sleep, tail, trueTool, wc } from './text-tools.ts';
import type { Tool } from './tool.ts';
import { uname } from './uname.ts';

export const TOOLS: Readonly<Record<string, Tool>> = Object.freeze({
  '[': bracket,
  cat,
  chmem: (context, args) => chmem(context.files, args, context),
  cut,
  cxl,
  daxctl,
  dmesg,
  echo,
  false: falseTool,
  find,
  grep,
  head,
  ls,
  lsmem: (context, args) => lsmem(context.files, args, context),
  modprobe,
  ndctl,
  printf,
  seq,
  sleep,
  sort,
  tail,
  tee,
  test,
  tr,
  true: trueTool,
  uname,
  uniq,
  wc,
} satisfies Record<string, Tool>);
