using System.Text.RegularExpressions;
using Reelay.Server.Accounts;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>From an operator's body to an account.</summary>
internal sealed partial class AdminAccountChanges(AdminGroups groups, Randomness randomness, TimeProvider time)
{
    /// <summary>Fields whose values may be logged; an account has no secrets.</summary>
    public static readonly string[] Names =
    [
        "name", "unlimited", "floor_micros", "default_groups", "allowed_groups", "disabled", "assets_retention_seconds", "prompts_retention_seconds",
        "inputs_retention_seconds", .. LimitFields.Names,
    ];

    private const int MaxReasonLength = 500;
    private const string UsualReason = "opening balance";
    private static readonly TimeSpan MaxRetention = TimeSpan.FromDays(36_500);

    /// <summary>A new account before anything is said of it; stored nowhere.</summary>
    public Account Draft() => new() { Id = "acct_" + randomness.Text(20), Name = "", CreatedAt = Now };

    /// <summary>The account as the body makes it. Mistakes are the body's.</summary>
    public Account Read(AdminFields fields, Account before)
    {
        var defaults = groups.Read(fields, "default_groups", before.DefaultGroups, static name => name != AccountGroups.All);
        return before with
        {
            Name = AdminKeyChanges.ReadName(fields, before.Name),
            IsUnlimited = fields.Flag("unlimited", before.IsUnlimited),
            FloorMicros = fields.Whole("floor_micros", before.FloorMicros, -LimitFields.MaxMicros, 0) ?? 0,
            DefaultGroups = defaults.Length == 0 ? GroupNames.Default : defaults,
            AllowedGroups = groups.Read(fields, "allowed_groups", before.AllowedGroups, static _ => true),
            Limits = LimitFields.Read(fields, before.Limits),
            Retention = new AccountRetention
            {
                Assets = Period(fields, "assets_retention_seconds", before.Retention.Assets),
                Prompts = Period(fields, "prompts_retention_seconds", before.Retention.Prompts),
                Inputs = Period(fields, "inputs_retention_seconds", before.Retention.Inputs),
            },
            DisabledAt = fields.Flag("disabled", before.DisabledAt is not null) ? before.DisabledAt ?? Now : null,
            UpdatedAt = Now,
        };
    }

    /// <summary>A new account with its opening balance. Mistakes are the body's, unknown fields among them.</summary>
    public NewAccount Open(AdminFields fields)
    {
        var draft = Draft();
        var id = fields.Text("id", draft.Id);
        if (id is null || !IdPattern().IsMatch(id)) fields.Refuse("invalid_value", "id", "id must be acct_ and 1 to 40 letters, digits, '_' or '-'; leave it out for a new one.");
        var account = Read(fields, draft with { Id = id ?? draft.Id }) with { UpdatedAt = null };
        var balance = fields.Whole("balance_micros", 0, account.FloorMicros, LimitFields.MaxMicros) ?? 0;
        var reason = fields.Text("reason", null) ?? UsualReason;
        if (reason.Length is 0 or > MaxReasonLength) fields.Refuse("invalid_value", "reason", $"reason must be a text of 1 to {MaxReasonLength} characters.");
        return new NewAccount(account with { BalanceMicros = balance }, reason);
    }

    /// <summary>An account with the id exists.</summary>
    public static ApiError Exists(string id) => ApiError.Invalid("account_exists", "id", $"There is an account '{Reading.Shown.Value(id)}' already.");

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static TimeSpan? Period(AdminFields fields, string name, TimeSpan? before) =>
        fields.Whole(name, (long?)before?.TotalSeconds, 1, (long)MaxRetention.TotalSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    [GeneratedRegex("^acct_[A-Za-z0-9_-]{1,40}$")]
    private static partial Regex IdPattern();
}
