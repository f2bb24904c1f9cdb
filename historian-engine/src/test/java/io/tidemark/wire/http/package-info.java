/** Tests of the HTTP door against a whole server. */
package io.tidemark.wire.http;
