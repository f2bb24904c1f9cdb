/** Tests of the PostgreSQL door, against drivers and against bytes. */
package io.tidemark.wire.pg;
