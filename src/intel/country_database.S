// SPDX-License-Identifier: Apache-2.0
// Copyright The Linux Host Explorer Authors
//
// The country database, byte for byte, in the program's read-only data. LHX_COUNTRY_DATABASE is its path.
#ifdef __CET__
#include <cet.h>
#endif
    .section .rodata
    .balign 16
    .global country_database
    .global country_database_end
    .hidden country_database
    .hidden country_database_end
country_database:
    .incbin LHX_COUNTRY_DATABASE
country_database_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
