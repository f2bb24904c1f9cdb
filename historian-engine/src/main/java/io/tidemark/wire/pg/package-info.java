/**
 * The PostgreSQL wire protocol, version 3.0, on Netty: tools that speak to PostgreSQL read the
 * historian's relations with SQL. Event loops cut bytes into messages and send; everything else
 * runs on a bounded pool of workers, one message of a connection at a time. A client that reads
 * slowly holds a bounded buffer and no thread.
 *
 * <p>What clients see of it: {@code docs/pg.md}.
 */
package io.tidemark.wire.pg;
