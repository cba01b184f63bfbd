/** The exact command that installs XRT for the NPU, or what it takes to build our plugin, for a distribution. */
import type { Distribution } from './machine-text.js';
import { isAtLeast, parseVersion } from './machine-text.js';

export interface XrtCommands {
  readonly runtime: string;
  /** What `npm run build` needs to build the plugin. */
  readonly headers: string;
}

const AMD_SOURCE =
  'Build XRT 2.21 or later from https://github.com/amd/xdna-driver, which has no package here (README there).';
const BACKPORTS =
  "echo 'deb http://deb.debian.org/debian trixie-backports main' | " +
  'sudo tee /etc/apt/sources.list.d/trixie-backports.list && sudo apt-get update && ' +
  'sudo apt-get install -y -t trixie-backports';

export function chooseXrtCommands(distribution: Distribution): XrtCommands {
  const { id, like, codename, version } = distribution;
  const number = parseVersion(version) ?? [Number(version) || 0];
  if (id === 'debian' && codename === 'trixie') return debian(BACKPORTS);
  // Before 13 there is neither the driver nor a C library that XRT's packages run on.
  if (id === 'debian' && codename === 'bookworm') {
    const sentence = 'Upgrade to Debian 13 or later: its backports have XRT and the kernel that it needs.';
    return { runtime: sentence, headers: sentence };
  }
  if (id === 'debian' || (id === 'ubuntu' && isAtLeast(number, [26, 4])))
    return debian('sudo apt-get install -y');
  if (id === 'arch' || like.includes('arch')) {
    const install = 'sudo pacman -S --needed xrt xrt-plugin-amdxdna';
    return { runtime: install, headers: install };
  }
  if (id === 'fedora')
    return { runtime: 'sudo dnf install xrt', headers: 'sudo dnf install xrt-devel libuuid-devel' };
  return { runtime: AMD_SOURCE, headers: AMD_SOURCE };
}

function debian(install: string): XrtCommands {
  return {
    runtime: `${install} libxrt2 libxrt-npu2`,
    // XRT's headers include those of uuid-dev, for which its package does not ask.
    headers: `${install} libxrt-dev uuid-dev g++ && npm run build`,
  };
}
