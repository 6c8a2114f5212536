# SPDX-License-Identifier: Apache-2.0
# Copyright The Linux Host Explorer Authors
#
# Lines into files, as logrotate and auditd leave them. Lines come as (time, text).
import struct
import zlib


def join_lines(lines, begin=None, end=None):
    return "".join(text + "\n" for when, text in lines if (not begin or when >= begin) and (not end or when < end)).encode()


def gzip_bytes(data):
    """gzip without a name and without a time, the same on every day."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def rotate_daily(name, lines, midnights):
    """logrotate with `daily`, `compress` and `delaycompress`: NAME, NAME.1, NAME.2.gz …"""
    files = {}
    for age, (begin, end) in enumerate(reversed(list(zip(midnights, midnights[1:])))):
        data = join_lines(lines, begin, end)
        suffix = "" if age == 0 else f".{age}" if age == 1 else f".{age}.gz"
        files[name + suffix] = gzip_bytes(data) if age > 1 else data
    return files


def rotate_once(name, lines, cut):
    """auditd starts a new file when the old one is full."""
    return {f"{name}.1": join_lines(lines, end=cut), name: join_lines(lines, begin=cut)}


def same_content(name, wanted, there):
    """Another zlib may pack otherwise; what is inside must not differ."""
    if name.endswith(".gz"):
        return zlib.decompress(wanted, 31) == zlib.decompress(there, 31)
    return wanted == there
