using System.Collections.Frozen;
using System.Data.Common;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Routing;
using Reelay.Server.Storage;

namespace Reelay.Server.Accounts;

/// <summary>Rows of keys, read together with what their account says.</summary>
internal static class SqlKeyRows
{
    /// <summary>What <see cref="Map"/> reads, of <c>keys k JOIN accounts a</c>.</summary>
    public const string Columns =
        """
        k.id, k.account_id, k.name, k.secret_hint, k.is_admin, k.scopes, k.is_strict, k.is_lenient, k.has_idempotent_external_ids, k.dialects,
        k.withheld, k.groups, k.models, k.addresses, k.created_at, k.updated_at, k.expires_at, k.disabled_at, k.revoked_at, k.previous_until,
        k.last_used_at, k.requests_per_minute, k.creates_per_minute, k.max_in_flight, k.day_budget_micros, k.month_budget_micros,
        k.total_budget_micros, a.default_groups, a.allowed_groups, a.disabled_at, a.requests_per_minute, a.creates_per_minute, a.max_in_flight,
        a.day_budget_micros, a.month_budget_micros, a.total_budget_micros
        """;

    /// <summary>How many they are.</summary>
    public const int ColumnCount = 36;

    /// <summary>Where they are read from. A left join keeps its order: the key first, then its one account.</summary>
    public const string Source = "keys k LEFT JOIN accounts a ON a.id = k.account_id";

    /// <summary>A row of <see cref="Columns"/>.</summary>
    public static ApiKey Map(DbDataReader row)
    {
        var groups = row.GetString(11);
        return new ApiKey
        {
            Id = row.GetString(0),
            AccountId = row.GetString(1),
            Name = row.GetString(2),
            SecretHint = row.GetString(3),
            Scopes = (row.Flag(4) ? KeyScopes.Admin : KeyScopes.None) | (Flags<KeyScopes>(row.GetString(5)) & ApiKey.CallerScopes),
            IsStrict = row.Flag(6),
            IsLenient = row.Flag(7),
            HasIdempotentExternalIds = row.Flag(8),
            Dialects = Flags<Dialect>(row.GetString(9)),
            Withheld = Flags<Operations>(row.GetString(10)),
            OwnGroups = groups,
            Groups = AccountGroups.Narrow(groups, row.GetString(27), row.GetString(28)),
            Models = GroupNames.Split(row.GetString(12)).ToFrozenSet(StringComparer.Ordinal),
            Addresses = AddressList.Read(GroupNames.Split(row.GetString(13)), out _),
            CreatedAt = row.GetInt64(14),
            UpdatedAt = row.LongOrNull(15),
            ExpiresAt = row.LongOrNull(16),
            DisabledAt = row.LongOrNull(17),
            RevokedAt = row.LongOrNull(18),
            PreviousUntil = row.LongOrNull(19),
            LastUsedAt = row.LongOrNull(20),
            Limits = ReadLimits(row, 21),
            IsAccountDisabled = !row.IsDBNull(29),
            AccountLimits = ReadLimits(row, 30),
        };
    }

    /// <summary>Six columns of limits in the order of their declaration.</summary>
    public static Limits ReadLimits(DbDataReader row, int first) => new()
    {
        RequestsPerMinute = (int?)row.LongOrNull(first),
        CreatesPerMinute = (int?)row.LongOrNull(first + 1),
        MaxInFlight = (int?)row.LongOrNull(first + 2),
        DayBudgetMicros = row.LongOrNull(first + 3),
        MonthBudgetMicros = row.LongOrNull(first + 4),
        TotalBudgetMicros = row.LongOrNull(first + 5),
    };

    /// <summary>What an operator may say of a key, as values of a statement.</summary>
    public static (string Name, object? Value)[] Values(ApiKey key) =>
    [
        ("@id", key.Id), ("@name", key.Name), ("@admin", key.IsAdmin), ("@scopes", Words(key.Scopes & ApiKey.CallerScopes)), ("@strict", key.IsStrict),
        ("@lenient", key.IsLenient), ("@external", key.HasIdempotentExternalIds), ("@dialects", Words(key.Dialects)),
        ("@withheld", Words(key.Withheld)), ("@groups", key.OwnGroups), ("@models", string.Join(' ', key.Models.Order(StringComparer.Ordinal))),
        ("@addresses", string.Join(' ', key.Addresses.Words)), ("@updated", key.UpdatedAt), ("@expires", key.ExpiresAt),
        ("@disabled", key.DisabledAt), .. Values(key.Limits),
    ];

    /// <summary>Limits as values of a statement.</summary>
    public static (string Name, object? Value)[] Values(Limits limits) =>
    [
        ("@requests", limits.RequestsPerMinute), ("@creates", limits.CreatesPerMinute), ("@flight", limits.MaxInFlight),
        ("@day", limits.DayBudgetMicros), ("@month", limits.MonthBudgetMicros), ("@total", limits.TotalBudgetMicros),
    ];

    private static string Words<T>(T flags)
        where T : struct, Enum =>
        string.Join(' ', FlagWords<T>.Of(flags));

    // A word that a later version wrote means nothing that this one has.
    private static T Flags<T>(string words)
        where T : struct, Enum =>
        FlagWords<T>.Read(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _);
}
