/**
 * Committed changes, by order: what live pages and followers read. Only what survives a loss of
 * power comes through; a follower resumes from a token.
 */
package io.tidemark.storage.feed;
