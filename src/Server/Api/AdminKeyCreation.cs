using Reelay.Contracts;
using Reelay.Server.Accounts;

namespace Reelay.Server.Api;

/// <summary>Makes keys: with a new secret or with one that callers have already, for an account that exists or for a new one.</summary>
internal sealed class AdminKeyCreation(IKeyStore store, KeyRing keys, AccountBook accounts, AdminKeyChanges changes, AdminAccountChanges accountChanges)
{
    private const string Wanted = "The body must be an object with name, and other fields of a key.";

    /// <summary>Makes one as a body says.</summary>
    public async Task<ApiResult<Key>> CreateAsync(HttpContext context, ApiKey admin)
    {
        var read = await AdminJson.ReadAsync(context, Wanted);
        if (read.Error is { } unreadable) return unreadable;
        var fields = new AdminFields(read.Value!.Root);
        var account = fields.Object("account");
        var opened = account is null ? null : accountChanges.Open(account);
        if (account?.Finish() is { } wrongAccount) return wrongAccount;
        var owner = Owner(fields, opened?.Account, admin.AccountId);
        var key = changes.Read(fields, keys.Draft(owner?.Id ?? "", ""), owner ?? accountChanges.Draft()) with { UpdatedAt = null };
        var (hash, secret, hint) = Secret(fields);
        if (fields.Finish() is { } wrong) return wrong;
        key = key with { SecretHint = hint };
        if (!store.Insert(key, hash, opened)) return Taken(opened);
        return AdminKeyBodies.Of(store.Find(key.Id)!) with { Secret = secret };
    }

    private Account? Owner(AdminFields fields, Account? opened, string usual)
    {
        var named = fields.Text("account_id", null);
        if (opened is not null && named is not null) fields.Refuse("conflicting_parameters", "account_id", "Name an account that exists in account_id, or describe a new one in account, not both.");
        if (opened is not null) return opened;
        if (accounts.Find(named ?? usual) is { } found) return found;
        fields.Refuse("account_not_found", "account_id", $"There is no account '{Reading.Shown.Value(named ?? usual)}'; describe a new one in account, or make it with POST /admin/v1/accounts.");
        return null;
    }

    // What callers have is kept as a hash and never told again; only a secret that is made here is shown.
    private (byte[] Hash, string? Shown, string Hint) Secret(AdminFields fields)
    {
        string? given = fields.Text("secret", null), hex = fields.Text("secret_sha256", null), hint = fields.Text("secret_hint", null);
        if (given is not null && hex is not null) fields.Refuse("conflicting_parameters", "secret_sha256", "Send the secret or its hash, not both.");
        if (hint is not null && (hex is null || hint.Length != KeySecrets.HintLength))
            fields.Refuse("invalid_value", "secret_hint", $"secret_hint goes with secret_sha256 and is the secret's last {KeySecrets.HintLength} characters.");
        if (given is not null)
        {
            if (KeySecrets.IsImportable(given)) return (KeySecrets.Hash(given), null, given[^KeySecrets.HintLength..]);
            fields.Refuse("invalid_secret", "secret", $"secret must have {KeySecrets.MinImportedLength} to {KeySecrets.MaxLength} printable ASCII characters without blanks.");
        }

        if (hex is not null)
        {
            if (hex.Length == KeySecrets.HashLength * 2 && hex.All(char.IsAsciiHexDigit)) return (Convert.FromHexString(hex), null, hint ?? "");
            fields.Refuse("invalid_secret", "secret_sha256", $"secret_sha256 must be the {KeySecrets.HashLength * 2} hexadecimal digits of the secret's SHA-256.");
        }

        var minted = keys.MintSecret();
        return (KeySecrets.Hash(minted), minted, minted[^KeySecrets.HintLength..]);
    }

    private ApiError Taken(NewAccount? opened) =>
        opened is not null && accounts.Find(opened.Account.Id) is not null ? AdminAccountChanges.Exists(opened.Account.Id)
            : ApiError.Invalid("key_exists", "secret", "A key with this secret exists already.");
}
