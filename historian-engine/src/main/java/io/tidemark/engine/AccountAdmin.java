package io.tidemark.engine;

import io.tidemark.engine.security.Access;
import io.tidemark.engine.security.Account;
import io.tidemark.engine.security.AccountRequest;
import io.tidemark.engine.security.Accounts;
import io.tidemark.engine.security.ScramLogin;
import io.tidemark.engine.security.crypto.PasswordHash;
import io.tidemark.engine.security.crypto.ScramKeys;
import io.tidemark.engine.security.crypto.TokenSecret;
import io.tidemark.ingest.AckLevel;
import io.tidemark.ingest.Ingress;
import io.tidemark.model.ErrorCode;
import io.tidemark.model.ErrorText;
import io.tidemark.model.HistorianException;
import io.tidemark.model.NearestName;
import io.tidemark.model.Principal;
import io.tidemark.model.RecordKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes of accounts on their way through the journal, one at a time: checked, journaled, synced,
 * applied. Safe from any thread.
 */
final class AccountAdmin {
  private final Access access;
  private final TagScopes scopes;
  private final Ingress ingress;
  private final LongSupplier nowNs;

  /* Held from the check of a change until it is applied. */
  private final Object changing = new Object();

  AccountAdmin(Access access, TagScopes scopes, Ingress ingress, LongSupplier nowNs) {
    this.access = access;
    this.scopes = scopes;
    this.ingress = ingress;
    this.nowNs = nowNs;
  }

  /** See {@link Historian#createAccount}. */
  Historian.NewAccount create(AccountRequest request, Principal by) {
    long now = nowNs.getAsLong();
    request.check(now, scopes::isArea, scopes.areas());
    String password = request.password();
    String secret = password == null ? TokenSecret.create() : password;
    Account account =
        new Account(
            request.name(),
            password == null ? Account.Kind.TOKEN : Account.Kind.USER,
            request.grants(),
            request.expiresNs(),
            false,
            password == null ? TokenSecret.hash(secret) : PasswordHash.of(secret),
            keys(secret, password != null),
            now,
            by.name());
    synchronized (changing) {
      Account known = access.accounts().find(request.name());
      if (known != null && known.isValid(now)) {
        throw new HistorianException(
            ErrorCode.CONFLICT,
            "an account of that name exists: name=" + request.name() + ", roles=" + known.roles(),
            "name",
            "choose another name, or revoke it first: tidemark token revoke " + request.name(),
            null);
      }
      if (known == null && access.accounts().all().size() >= Accounts.ACCOUNTS_MAX) {
        throw new HistorianException(
            ErrorCode.TOO_MANY, "no more accounts may be made: max=" + Accounts.ACCOUNTS_MAX);
      }
      journal(account, by);
    }
    return new Historian.NewAccount(account, password == null ? secret : null);
  }

  private static ScramLogin.Keys keys(String secret, boolean isPassword) {
    return ScramKeys.of(
        secret, isPassword ? ScramKeys.PASSWORD_ITERATIONS : ScramKeys.TOKEN_ITERATIONS);
  }

  /** See {@link Historian#setPassword}. */
  void setPassword(String name, String password, Principal by) {
    AccountRequest.checkPassword(name, password);
    String hash = PasswordHash.of(password);
    ScramLogin.Keys keys = keys(password, true);
    synchronized (changing) {
      Account known = known(name);
      if (known.kind() != Account.Kind.USER) {
        throw new HistorianException(
            ErrorCode.CONFLICT, "a token has no password: name=" + name, "name", null, null);
      }
      journal(
          new Account(
              name,
              known.kind(),
              known.grants(),
              known.expiresNs(),
              known.isRevoked(),
              hash,
              keys,
              known.createdNs(),
              known.createdBy()),
          by);
    }
  }

  /** See {@link Historian#revokeAccount}. */
  Account revoke(String name, Principal by) {
    synchronized (changing) {
      Account known = known(name);
      if (known.isRevoked()) {
        return known;
      }
      Account revoked = known.revoked();
      journal(revoked, by);
      return revoked;
    }
  }

  private Account known(String name) {
    Account account = access.accounts().find(name);
    if (account == null) {
      String nearest =
          NearestName.find(name, access.accounts().all().stream().map(Account::name).toList());
      throw new HistorianException(
          ErrorCode.NOT_FOUND,
          "no account of that name: name=" + ErrorText.quote(name),
          "name",
          nearest(nearest),
          null);
    }
    return account;
  }

  private static @Nullable String nearest(@Nullable String name) {
    return name == null ? null : "did you mean " + name + "?";
  }

  private void journal(Account account, Principal by) {
    ingress
        .submitRecord(RecordKind.CONFIG, by, Accounts.record(account), AckLevel.SYNCED)
        .await(HistorianEngine.ACK_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    try {
      access.accounts().apply(account);
    } catch (IOException e) {
      throw new UncheckedIOException("accounts are journaled, but their file is not written", e);
    }
  }
}
