#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
"""Archives made against the reader. Each case: a sane exit status, the members that can be had are read, nothing appears
outside the case folder, and the evidence keeps its bytes and its access time. Everything is made here, at test time."""
import bz2
import gzip
import io
import lzma
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from zlib import crc32

LHX = str(pathlib.Path(os.environ['LHX_BINARY']).resolve())
SECONDS = 60


def log(n):
    """Different for each n, since the same bytes are read once only."""
    return b''.join(b'Mar  4 05:%02d:%02d web-01 sshd[%d]: Failed password for root from 203.0.113.%d port 4711 ssh2\n'
                    % (i // 60 % 60, i % 60, i, n) for i in range(300))


GOOD = ('var/log/auth.log', log(1))


def tar(*members, form=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=form) as t:
        for name, data, *more in members:
            info = tarfile.TarInfo(name)
            for key, value in (more[0] if more else {}).items():
                setattr(info, key, value)
            info.size = len(data) if info.type == tarfile.REGTYPE else 0
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(*members, how=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', how) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


def cpio(*members):
    out = b''
    for name, data in (*members, ('TRAILER!!!', b'')):
        raw = name.encode() + b'\0'
        fields = [1, 0o100644, 0, 0, 1, 1772600000, len(data), 0, 0, 0, 0, len(raw), 0]
        out += b'070701' + b''.join(b'%08x' % f for f in fields) + raw
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return out


def patched(data, at, value):
    """A tar whose header at `at` has another size, and a sum that fits."""
    d = bytearray(data)
    d[at + 124:at + 136] = value
    d[at + 148:at + 156] = b' ' * 8
    d[at + 148:at + 156] = b'%06o\0 ' % sum(d[at:at + 512])
    return bytes(d)


def zeros(pack, n):
    return pack(bytes(n << 20))


def nested(depth):
    data = tar(('x.log', log(40)))
    for _ in range(depth - 1):
        data = tar(('inner.tar', data))
    return data


def special(kind, **more):
    return ('odd', b'', {'type': kind, **more})


def cases():
    """Name, bytes, how many sources are read (None: any), may fail."""
    for form, name in ((tarfile.USTAR_FORMAT, 'ustar'), (tarfile.GNU_FORMAT, 'gnu'), (tarfile.PAX_FORMAT, 'pax')):
        yield f'{name}.tar', tar(GOOD, ('a/' * 30 + 'b.log', log(2)), form=form), 2, False
        yield f'{name}-long.tar', tar(GOOD, (('n' * 90 + '/') * 2 + 'b.log', log(2)), form=form), 2, False
    two = tar(GOOD, ('b.log', log(2)))
    for name, pack in (('gz', gzip.compress), ('xz', lzma.compress), ('bz2', bz2.compress)):
        packed = pack(two)
        yield f'whole.tar.{name}', packed, 2, False
        yield f'member.{name}.tar', tar(GOOD, (f'b.log.{name}', pack(log(2)))), 2, False
        yield f'nested.{name}.tar', tar(GOOD, (f'in.tar.{name}', pack(tar(('b.log', log(2)))))), 2, False
        for cut in (10, 30, 50, 70, 90, 99):
            yield f'cut{cut}.tar.{name}', packed[:len(packed) * cut // 100], None, True
        yield f'zeros.{name}.tar', tar(GOOD, ('zeros', zeros(pack, 300))), 1, True
        yield f'zeros-tar.{name}', pack(tar(GOOD, ('z', bytes(300 << 20)))), 1, True
    for cut in (100, 511, 512, 700, 1024, 5000, 20000, len(two) - 1):
        yield f'cut{cut}.tar', two[:cut], None, True
    for name in ('../../out', '/etc/out', 'a/../../../out', '..', './../out', '/', '//x//y', 'a/./b', '/../../tmp/out'):
        yield f'name{crc32(name.encode())}.tar', tar(GOOD, (name, log(3))), 2 if name != '/' else None, True
        if name not in ('..', '/'):
            yield f'name{crc32(name.encode())}.zip', zipped(GOOD, (name, log(3))), 2, True
            yield f'name{crc32(name.encode())}.cpio', cpio(GOOD, (name, log(3))), 2, True
    yield 'escape.tar', tar(GOOD, ('\x1b[31mred\n', log(3)), ('caf\u00e9', log(4))), 3, False
    yield 'toolong.tar', tar(GOOD, ('n' * 5000, log(3))), 1, True
    yield 'deep.tar', tar(GOOD, ('d/' * 100 + 'x', log(3))), 1, True
    for kind in (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
        yield f'type{kind[0]}.tar', tar(GOOD, special(kind)), 1, False
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        for target in ('/etc/passwd', '../../../etc/shadow', 'odd', 'var/log/auth.log'):
            yield f'link{kind[0]}{crc32(target.encode())}.tar', tar(special(kind, linkname=target), GOOD), 1, False
    yield 'through.tar', tar(('d', b'', {'type': tarfile.SYMTYPE, 'linkname': '/tmp'}), ('d/out', log(3)), GOOD), 2, False
    yield 'localtime.tar', tar(('etc/localtime', b'', {'type': tarfile.SYMTYPE, 'linkname': '../etc/localtime'}), GOOD), 1, False
    yield 'setuid.tar', tar(GOOD, ('su', log(3), {'mode': 0o4755})), 2, False
    yield 'twice.tar', tar(GOOD, ('x', log(3)), ('x', log(4)), ('X', log(5))), 4, False
    for value in (b'77777777777\0', b'\x80' + bytes(3) + b'\x7f' + b'\xff' * 7, b'\xff' * 12, b'00000000000\0'):
        yield f'size{value[0]}{value[4]}.tar', patched(two, 0, value), None, True
    broken = bytearray(tar(GOOD, ('b.log', log(2)), ('c.log', log(3))))
    broken[broken.find(b'b.log') + 150] ^= 1
    yield 'sum.tar', bytes(broken), 2, True
    yield 'joined.tar', tar(GOOD) + tar(('b.log', log(2))), 2, False
    yield 'tail.tar', two + b'x' * 700, 2, True
    yield 'empty.tar', tar(), None, True
    yield 'many.tar.gz', gzip.compress(tar(GOOD, *((f'e{i}', b'') for i in range(20000)))), 1, False
    for depth in (1, 2, 3):
        yield f'depth{depth}.tar', nested(depth), 1, False
    yield 'depth4.tar', tar(GOOD, ('in.tar', nested(3))), 1, True
    whole = zipped(GOOD, ('b.log', log(2)))
    yield 'whole.zip', whole, 2, False
    yield 'stored.zip', zipped(GOOD, how=zipfile.ZIP_STORED), 1, False
    yield 'packed.zip.gz', gzip.compress(whole), 2, False
    yield 'in.zip.tar', tar(('in.zip', whole)), 2, False
    for cut in (20, 40, 200, len(whole) - 60, len(whole) - 1):
        yield f'cut{cut}.zip', whole[:cut], None, True
    yield 'bomb.zip', zipped(GOOD, ('z', log(2) + bytes(300 << 20))), None, True
    locked = bytearray(whole)
    locked[6] |= 1
    locked[locked.find(b'PK\1\2') + 8] |= 1
    yield 'locked.zip', bytes(locked), 1, True
    yield 'whole.cpio', cpio(GOOD, ('b.log', log(2))), 2, False
    yield 'cut.cpio', cpio(GOOD, ('b.log', log(2)))[:-9000], 2, True


def listing(top):
    return sorted(str(p.relative_to(top)) for p in top.rglob('*') if 'case' not in p.relative_to(top).parts)


def check(top, name, data, wanted, may_fail):
    path, case, around = top / name, top / 'case', top.parents[2]  # `../../..` of a member's name is seen, too
    subprocess.run(['rm', '-rf', case], check=True)
    path.write_bytes(data)
    before, stat, began = listing(around), path.stat(), time.monotonic()
    done = subprocess.run([LHX, 'ingest', name, '--case', str(case)], cwd=top, capture_output=True, timeout=SECONDS)
    took, after = time.monotonic() - began, path.stat()
    faults = []
    if done.returncode not in ((0, 1) if may_fail else (0,)):
        faults.append(f'exit status {done.returncode}')
    if b'\x1b' in done.stderr:
        faults.append('escape on the terminal')
    if listing(around) != before:
        faults.append('files outside the case')
    if after.st_atime_ns != stat.st_atime_ns or path.read_bytes() != data:
        faults.append('the evidence was touched')
    if wanted is not None:
        read = subprocess.run([LHX, 'query', str(case), "select count(*) from source where state in ('read', 'partial')",
                               '--format', 'csv'], capture_output=True, text=True, timeout=SECONDS).stdout.split()
        if read[-1:] != [str(wanted)]:
            faults.append(f'{read[-1:]} sources read, not {wanted}')
    path.unlink()
    if faults:
        print(f'{name}: {"; ".join(faults)} ({took:.1f} s)\n  {done.stderr.decode("utf-8", "replace")[-400:]}')
    return not faults


def main():
    with tempfile.TemporaryDirectory(prefix='lhx-archives-') as folder:
        top = pathlib.Path(folder, 'a', 'b', 'c')
        top.mkdir(parents=True)
        results = [check(top, *case) for case in cases()]
    print(f'{sum(results)} passed, {len(results) - sum(results)} failed')
    return not all(results)


sys.exit(main())
