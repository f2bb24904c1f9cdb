/** The parts of forwarding; the whole is proved in {@code proof}. */
@NullMarked
package io.tidemark.forward;

import org.jspecify.annotations.NullMarked;
