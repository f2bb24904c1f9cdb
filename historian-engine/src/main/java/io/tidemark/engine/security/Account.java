package io.tidemark.engine.security;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Somebody or something with credentials. Secrets are kept as hashes only. Immutable.
 *
 * @param name unique among accounts of both kinds; changes are recorded under it
 * @param grants what it may do, and for which tags
 * @param expiresNs from when on it may do nothing, nanoseconds since the epoch; null for never
 * @param isRevoked whether it may do nothing any more
 * @param secretHash of a token the SHA-256 in hexadecimal digits, of a user the Argon2id hash with
 *     its parameters
 * @param scram keys of the same secret
 * @param createdNs when it was made, nanoseconds since the epoch
 * @param createdBy who made it
 */
public record Account(
    String name,
    Kind kind,
    List<Grant> grants,
    @Nullable Long expiresNs,
    boolean isRevoked,
    String secretHash,
    ScramLogin.Keys scram,
    long createdNs,
    String createdBy) {

  /** What it logs in with. */
  public enum Kind {
    /** A random secret of a program. */
    TOKEN,
    /** A password of a person. */
    USER
  }

  /** Whether it may do anything at a time. */
  public boolean isValid(long nowNs) {
    return !isRevoked && (expiresNs == null || nowNs < expiresNs);
  }

  /** All rights, whatever the tags. */
  public Set<Right> rights() {
    return grants.stream()
        .flatMap(grant -> grant.role().rights().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The scopes of the roles that have a right. */
  public List<Scope> scopes(Right right) {
    return grants.stream()
        .filter(grant -> grant.role().rights().contains(right))
        .map(Grant::scope)
        .toList();
  }

  /** Labels of its roles, each once. */
  public List<String> roleLabels() {
    return grants.stream().map(grant -> grant.role().label()).distinct().toList();
  }

  /** The same in one text, for messages. */
  public String roles() {
    return String.join("|", roleLabels());
  }

  /** The same, of no use any more. */
  public Account revoked() {
    return new Account(
        name, kind, grants, expiresNs, true, secretHash, scram, createdNs, createdBy);
  }
}
