// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// What sshd.c and sshd_connection.c share. Nobody else includes this.
#pragma once

#include "meaning/words.h"

// Cuts "NAME from ADDRESS port N ssh2[: …]" at the last place where what follows reads to the end.
bool sshd_cut_peer(struct str s, struct str *ret_name, struct logon *logon);
// Takes "invalid user " or "illegal user " off the front.
bool sshd_take_invalid(struct str *name);

saying_reader sshd_read_address, sshd_read_anonymous, sshd_read_bad_version, sshd_read_banner, sshd_read_broken,
    sshd_read_closed, sshd_read_disconnected, sshd_read_disconnecting, sshd_read_drop, sshd_read_kex, sshd_read_magic,
    sshd_read_nasty, sshd_read_negotiate, sshd_read_peer, sshd_read_received, sshd_read_reverse, sshd_read_scan,
    sshd_read_timed_out, sshd_read_timeout, sshd_read_versions, sshd_read_weak_key;

// Any other message that ends in " [preauth]", without "fatal: " or "error: ". Most of those are no end.
size_t sshd_read_fault(struct str text, bool fatal, struct fact *ret);
