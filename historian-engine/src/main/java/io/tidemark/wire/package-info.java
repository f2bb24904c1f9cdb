/** What the doors share. */
package io.tidemark.wire;
