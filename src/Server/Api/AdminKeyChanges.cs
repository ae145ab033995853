using System.Collections.Frozen;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Reading;
using Reelay.Server.Catalog;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>From an operator's body to a key: what may be said of one when it is made and later.</summary>
internal sealed class AdminKeyChanges(ChannelSet channels, AdminGroups groups, TimeProvider time)
{
    /// <summary>Fields whose values may be logged: all of them but secrets.</summary>
    public static readonly string[] Names =
    [
        "name", "scopes", "admin", "strict", "lenient", "idempotent_external_ids", "dialects", "withheld_routes", "groups", "models", "addresses",
        "expires_at", "disabled", .. LimitFields.Names,
    ];

    private const int MaxNameLength = 100;

    // The year 9999: what is later no calendar holds.
    private const long MaxSeconds = 253_402_300_799;

    /// <summary>The key as the body makes it. Mistakes are the body's.</summary>
    public ApiKey Read(AdminFields fields, ApiKey before, Account account) => before with
    {
        Name = ReadName(fields, before.Name),
        Scopes = ReadScopes(fields, before.Scopes),
        IsStrict = fields.Flag("strict", before.IsStrict),
        IsLenient = fields.Flag("lenient", before.IsLenient),
        HasIdempotentExternalIds = fields.Flag("idempotent_external_ids", before.HasIdempotentExternalIds),
        Dialects = ReadFlags(fields, "invalid_dialects", "dialects", before.Dialects),
        Withheld = ReadFlags(fields, "invalid_withheld_routes", "withheld_routes", before.Withheld),
        OwnGroups = groups.Read(fields, "groups", before.OwnGroups, name =>
            name != AccountGroups.All && AccountGroups.Has(name, account.DefaultGroups, account.AllowedGroups)),
        Models = ReadModels(fields, before.Models),
        Addresses = ReadAddresses(fields, before.Addresses),
        ExpiresAt = ReadExpiry(fields, before.ExpiresAt),
        DisabledAt = fields.Flag("disabled", before.DisabledAt is not null) ? before.DisabledAt ?? Now : null,
        Limits = LimitFields.Read(fields, before.Limits),
        UpdatedAt = Now,
    };

    /// <summary>A name as operators give them.</summary>
    public static string ReadName(AdminFields fields, string before)
    {
        var name = fields.Text("name", before);
        if (name is { Length: > 0 and <= MaxNameLength }) return name;
        fields.Refuse("invalid_name", "name", $"name must be a text of 1 to {MaxNameLength} characters.");
        return before;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static KeyScopes ReadScopes(AdminFields fields, KeyScopes before)
    {
        var scopes = ReadFlags(fields, "invalid_scopes", "scopes", before);
        scopes = fields.Flag("admin", scopes.HasFlag(KeyScopes.Admin)) ? scopes | KeyScopes.Admin : scopes & ~KeyScopes.Admin;
        if (scopes == KeyScopes.None) fields.Refuse("invalid_scopes", "scopes", "scopes must name one at least of create, read, admin; a key that may do nothing is a disabled one.");
        return scopes;
    }

    private static T ReadFlags<T>(AdminFields fields, string code, string name, T before)
        where T : struct, Enum
    {
        if (fields.Words(name) is not { } words) return before;
        var read = FlagWords<T>.Read(words, out var stranger);
        if (stranger is not null) fields.Refuse(code, name, $"{name} takes {Allowed<T>()}, not '{Shown.Value(stranger)}'.");
        return read;
    }

    private static string Allowed<T>()
        where T : struct, Enum =>
        typeof(T) == typeof(Dialect) ? $"{FlagWords<T>.Allowed}, or nothing for OpenAI's own way" : FlagWords<T>.Allowed;

    private IReadOnlySet<string> ReadModels(AdminFields fields, IReadOnlySet<string> before)
    {
        if (fields.Words("models") is not { } words) return before;
        var catalog = channels.Now.Catalog;
        foreach (var word in words)
        {
            if (word is not null && IsListable(catalog, word)) continue;
            var meant = word is null ? null : catalog.FindAlias(word)?.Model;
            fields.Refuse(
                "invalid_models", "models",
                $"models takes names of models and families as GET /v1/models lists them, not '{Shown.Value(word ?? "null")}'{(meant is null ? "" : $", which is another name of {meant}")}.");
        }

        return words.OfType<string>().ToFrozenSet(StringComparer.Ordinal);
    }

    // Kept as words with blanks between them. An alias would allow more than it says: the model with all its parameters.
    private static bool IsListable(ModelCatalog catalog, string name) =>
        !name.Contains(' ') && (catalog.FindFamily(name) is not null || (catalog.Find(name) is not null && catalog.FindAlias(name) is null));

    private static AddressList ReadAddresses(AdminFields fields, AddressList before)
    {
        if (fields.Words("addresses") is not { } words) return before;
        var read = AddressList.Read(words, out var stranger);
        if (stranger is not null)
        {
            fields.Refuse(
                "invalid_addresses", "addresses",
                $"addresses takes addresses and networks, for example 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32, not '{Shown.Value(stranger)}'.");
        }

        return read;
    }

    private long? ReadExpiry(AdminFields fields, long? before)
    {
        var seconds = fields.Whole("expires_at", before / 1000, 0, MaxSeconds);
        if (seconds is null || seconds == before / 1000) return seconds is null ? null : before;
        if (seconds * 1000 <= Now) fields.Refuse("invalid_value", "expires_at", "expires_at must lie in the future, in Unix seconds; to end a key now disable it.");
        return seconds * 1000;
    }
}
