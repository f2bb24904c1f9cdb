package io.tidemark.engine.security;

/** A role for some tags. */
public record Grant(Role role, Scope scope) {}
