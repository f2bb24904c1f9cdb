/**
 * Hashes, keys and certificates: what is computed with the cryptographic library. Knows nothing of
 * accounts.
 */
package io.tidemark.engine.security.crypto;
