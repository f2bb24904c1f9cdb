/** Samples as a stream of Arrow, as a server takes them. The only user of Arrow in forwarding. */
@NullMarked
package io.tidemark.forward.arrow;

import org.jspecify.annotations.NullMarked;
