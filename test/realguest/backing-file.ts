/** The host's side of an NVDIMM: the file behind it, read and written while the guest runs. */

import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class BackingFile {
  readonly path: string;
  readonly size: number;
  private readonly folder: string;
  private readonly fd: number;

  /** A sparse file of zeros. */
  constructor(size: number) {
    this.size = size;
    this.folder = mkdtempSync(join(tmpdir(), 'memhp-nvdimm-'));
    this.path = join(this.folder, 'backing');
    this.fd = openSync(this.path, 'w+');
    ftruncateSync(this.fd, size);
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    readSync(this.fd, bytes, 0, length, offset);
    return bytes;
  }

  write(offset: number, bytes: Uint8Array): void {
    writeSync(this.fd, bytes, 0, bytes.length, offset);
  }

  /** QEMU's arguments for a machine with this one NVDIMM. */
  machineArgs(labelSize: number): string[] {
    const label = labelSize === 0 ? '' : `,label-size=${labelSize}`;
    return [
      '-M', 'q35,nvdimm=on', '-cpu', 'max', '-m', '1G,slots=4,maxmem=16G',
      '-object', `memory-backend-file,id=nm0,size=${this.size},share=on,mem-path=${this.path}`,
      '-device', `nvdimm,id=nv0,memdev=nm0${label}`,
    ];
  }

  remove(): void {
    closeSync(this.fd);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
