using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Dialects;
using Reelay.Server.Api.Reading;
using Reelay.Server.Billing;

namespace Reelay.Server.Api.Billing;

/// <summary>What a caller's own account has and what it spent.</summary>
internal sealed class UsageEndpoints(Authentication authentication, IAccountStore accounts, ILedger ledger, TimeProvider time)
{
    private const long DefaultDays = 30;
    private const long MaxDays = 400;

    private static readonly long _day = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/usage", ListAsync).As(Operations.Usage);
        routes.MapGet("/v1/balance", BalanceAsync).As(Operations.Balance);
    }

    private Task BalanceAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        if (key.Error is { } error) return ErrorWriter.WriteAsync(context, error);

        // Never from the book, which may be seconds old.
        var account = accounts.Find(key.Value!.AccountId) ?? throw new InvalidOperationException($"Key {key.Value.Id} has no account.");
        return JsonAnswer.WriteAsync(context, Body(account), ContractsJson.Default.Balance);
    }

    private static Balance Body(Account account) => new()
    {
        BalanceMicros = account.BalanceMicros,
        ReservedMicros = account.ReservedMicros,
        AvailableMicros = account.IsUnlimited ? null : account.BalanceMicros - account.ReservedMicros - account.FloorMicros,
        Amount = VideoBodies.Dollars(account.BalanceMicros),
        Unlimited = account.IsUnlimited,
        DayBudgetMicros = account.Limits.DayBudgetMicros,
        MonthBudgetMicros = account.Limits.MonthBudgetMicros,
        TotalBudgetMicros = account.Limits.TotalBudgetMicros,
    };

    private Task ListAsync(HttpContext context)
    {
        var key = authentication.Authenticate(context);
        var query = key.Error is { } refused ? refused : Query(context.Request, key.Value!.AccountId);
        if (query.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var rows = ledger.SumUsage(query.Value! with { Limit = query.Value.Limit + 1 });
        var page = rows.Take(query.Value.Limit).Select(Body).ToList();
        return JsonAnswer.WriteAsync(context, Page.Of(page, row => row.Id, rows.Count > page.Count), ContractsJson.Default.PageUsageRow);
    }

    private ApiResult<UsageQuery> Query(HttpRequest request, string accountId)
    {
        var (limit, limitError) = BillingQuery.Limit(request);
        if (limitError is not null) return limitError;
        var (from, fromError) = BillingQuery.Moment(request, "from", isEnd: false);
        if (fromError is not null) return fromError;
        var (to, toError) = BillingQuery.Moment(request, "to", isEnd: true);
        if (toError is not null) return toError;
        var until = to ?? time.GetUtcNow().ToUnixTimeMilliseconds() + _day;
        var since = from ?? (((until - 1) / _day) - DefaultDays) * _day;
        if (since >= until || until - since > MaxDays * _day)
            return ApiError.Invalid("invalid_from", "from", $"from must be before to, {MaxDays} days at most.");
        UsageCursor? after = null;
        if ((string?)request.Query["after"] is { Length: > 0 } text)
        {
            if (Cursor(text) is not { } cursor)
                return ApiError.Invalid("invalid_after", "after", $"after must be the last_id of the page before, not '{Shown.Value(text)}'.");
            after = cursor;
        }

        return new UsageQuery(accountId, Math.Max(since, 0), until, Word(request, "model"), Word(request, "key_id"), after, limit);
    }

    private static string? Word(HttpRequest request, string name) => (string?)request.Query[name] is { Length: > 0 } word ? word : null;

    // A model's name can hold anything but a line break; a key's id and a day no slash.
    private static UsageCursor? Cursor(string text)
    {
        var first = text.IndexOf('/');
        var last = text.LastIndexOf('/');
        return first == 10 && last > first ? new UsageCursor(text[..first], text[(first + 1)..last], text[(last + 1)..]) : null;
    }

    private static UsageRow Body(UsageSum row) => new()
    {
        Id = $"{row.Day}/{row.Model}/{row.KeyId}",
        Day = row.Day,
        Model = row.Model,
        KeyId = row.KeyId,
        Count = row.Count,
        ReleasedCount = row.ReleasedCount,
        Seconds = row.Seconds,
        CostMicros = row.CostMicros,
        Cost = VideoBodies.Dollars(row.CostMicros),
    };
}
