/**
 * Who may ask: the access hook that turns the facts of a request into a principal, and the guard
 * against web pages of other origins. Knows no protocol library; every door uses it.
 */
package io.tidemark.engine.security;
