using System.Globalization;
using System.Text.Json;
using Reelay.Contracts;
using Reelay.Server.Accounts;
using Reelay.Server.Api.Reading;
using Reelay.Server.Billing;

namespace Reelay.Server.Api.Billing;

/// <summary>The ledger, for operators: reading it, proving it, and correcting balances by it.</summary>
internal sealed class AdminLedgerEndpoints(
    Authentication authentication, ILedger ledger, ILedgerAudit audit, IAccountStore accounts, AccountBook book, TimeProvider time)
{
    private const int MaxReasonLength = 500;
    private const int MaxKeyLength = 200;
    private const string Wanted =
        "The body must be an object: amount_micros (a whole number other than 0), reason and idempotency_key (texts), and force (true or false).";

    private static readonly string[] _kinds = ["reserve", "settle", "release", "adjust"];
    private static readonly string[] _fields = ["amount_micros", "reason", "idempotency_key", "force"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/v1/ledger", ListAsync);
        routes.MapGet("/admin/v1/ledger/audit", AuditAsync);
        routes.MapPost("/admin/v1/accounts/{id}/adjustments", AdjustAsync).WithMetadata(new AuditedFields("amount_micros", "reason", "force"));
    }

    private Task ListAsync(HttpContext context)
    {
        var query = authentication.AuthenticateAdmin(context).Error is { } refused ? refused : Query(context.Request);
        if (query.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var rows = ledger.List(query.Value! with { Limit = query.Value.Limit + 1 });
        var page = rows.Take(query.Value.Limit).Select(Body).ToList();
        return JsonAnswer.WriteAsync(context, Page.Of(page, row => row.Id, rows.Count > page.Count), ContractsJson.Default.PageAdminLedgerEntry);
    }

    private Task AuditAsync(HttpContext context)
    {
        if (authentication.AuthenticateAdmin(context).Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var report = audit.Run(context.RequestAborted);
        return JsonAnswer.WriteAsync(
            context,
            new AdminAudit
            {
                Ok = report.IsClean,
                Accounts = report.AccountCount,
                Tasks = report.TaskCount,
                Entries = report.EntryCount,
                Violations = [.. report.Violations.Select(found => new AdminAuditViolation(found.Check, found.Id, found.Message))],
            },
            ContractsJson.Default.AdminAudit);
    }

    private async Task AdjustAsync(HttpContext context)
    {
        var admin = authentication.AuthenticateAdmin(context);
        var asked = admin.Error is { } refused ? refused : await ReadAsync(context, VideoEndpoints.RouteId(context), admin.Value!.Id);
        if (asked.Error is { } error)
        {
            await ErrorWriter.WriteAsync(context, error);
            return;
        }

        var result = ledger.Adjust(asked.Value!, time.GetUtcNow().ToUnixTimeMilliseconds());
        book.Forget(asked.Value!.AccountId);
        if (result.Outcome == AdjustmentOutcome.Replayed) context.Response.Headers["idempotent-replayed"] = "true";
        if (result.Row is { } row) await JsonAnswer.WriteAsync(context, Body(row), ContractsJson.Default.AdminLedgerEntry);
        else await ErrorWriter.WriteAsync(context, Refusal(result.Outcome, asked.Value));
    }

    private static ApiError Refusal(AdjustmentOutcome outcome, Adjustment asked) => outcome switch
    {
        AdjustmentOutcome.KeyReused => ApiError.Invalid(
            "idempotency_key_reused", "idempotency_key", $"'{Shown.Value(asked.IdempotencyKey)}' stands for another adjustment of this account already."),
        AdjustmentOutcome.BelowFloor => ApiError.Invalid(
            "adjustment_below_floor", "amount_micros", "What is available would fall below the account's floor; force: true takes it all the same."),
        AdjustmentOutcome.TooLarge => ApiError.Invalid(
            "invalid_amount", "amount_micros", $"The balance would be above {Adjustment.MaxBalanceMicros} micro-dollars, or below as much less than nothing."),
        _ => new ApiError(404, "account_not_found", $"There is no account '{Shown.Value(asked.AccountId)}'.", "id"),
    };

    private async Task<ApiResult<Adjustment>> ReadAsync(HttpContext context, string accountId, string keyId)
    {
        if (accounts.Find(accountId) is null) return new ApiError(404, "account_not_found", $"There is no account '{Shown.Value(accountId)}'.", "id");
        var read = await AdminJson.ReadAsync(context, Wanted);
        if (read.Error is { } error) return error;
        var body = read.Value!.Root;
        if (body.ValueKind != JsonValueKind.Object) return ApiError.Invalid("invalid_json", null, Wanted);
        if (body.EnumerateObject().FirstOrDefault(member => !_fields.Contains(member.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } stranger)
            return ApiError.Invalid("unknown_parameter", Shown.Value(stranger.Name), Wanted);
        if (!body.TryGetProperty("amount_micros", out var amount) || amount.ValueKind != JsonValueKind.Number || !amount.TryGetInt64(out var micros)
            || micros is 0 or > Adjustment.MaxMicros or < -Adjustment.MaxMicros)
        {
            return ApiError.Invalid(
                "invalid_amount", "amount_micros", $"amount_micros must be a whole number of micro-dollars other than 0, {Adjustment.MaxMicros} at most either way.");
        }

        var (reason, key) = (Text(body, "reason", MaxReasonLength), Text(body, "idempotency_key", MaxKeyLength));
        if (reason is null) return ApiError.Invalid("invalid_reason", "reason", $"reason must be a text of 1 to {MaxReasonLength} characters: why the balance is adjusted.");
        if (key is null) return ApiError.Invalid("invalid_idempotency_key", "idempotency_key", $"idempotency_key must be a text of 1 to {MaxKeyLength} characters: the same again adjusts nothing.");
        var isForced = body.TryGetProperty("force", out var force) && force.ValueKind != JsonValueKind.Null;
        if (isForced && force.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return ApiError.Invalid("invalid_force", "force", "force must be true or false.");
        return new Adjustment(accountId, micros, reason, key, keyId, isForced && force.ValueKind == JsonValueKind.True);
    }

    private static string? Text(JsonElement body, string name, int longest) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text
        && text.Trim().Length > 0 && text.Length <= longest ? text : null;

    private static ApiResult<LedgerQuery> Query(HttpRequest request)
    {
        var (limit, limitError) = BillingQuery.Limit(request);
        if (limitError is not null) return limitError;
        var (from, fromError) = BillingQuery.Moment(request, "from", isEnd: false);
        if (fromError is not null) return fromError;
        var (to, toError) = BillingQuery.Moment(request, "to", isEnd: true);
        if (toError is not null) return toError;
        if (Word(request, "kind") is { } kind && !_kinds.Contains(kind))
            return ApiError.Invalid("invalid_kind", "kind", $"kind must be one of {string.Join(", ", _kinds)}, not '{Shown.Value(kind)}'.");
        if (Word(request, "order") is not (null or "asc" or "desc"))
            return ApiError.Invalid("invalid_order", "order", $"order must be 'asc' or 'desc', not '{Shown.Value(Word(request, "order")!)}'.");
        long? after = null;
        if (Word(request, "after") is { } text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                return ApiError.Invalid("invalid_after", "after", $"after must be the id of a row, for example the last_id of the page before, not '{Shown.Value(text)}'.");
            after = id;
        }

        return new LedgerQuery(
            Word(request, "account_id"), Word(request, "task_id"), Word(request, "kind"), from, to, after, Word(request, "order") != "asc", limit);
    }

    private static string? Word(HttpRequest request, string name) => (string?)request.Query[name] is { Length: > 0 } word ? word : null;

    private static AdminLedgerEntry Body(LedgerRow row) => new()
    {
        Id = row.Id.ToString(CultureInfo.InvariantCulture),
        AccountId = row.AccountId,
        TaskId = row.TaskId,
        Attempt = row.Attempt,
        Kind = row.Kind,
        BalanceMicros = row.BalanceMicros,
        ReservedMicros = row.ReservedMicros,
        Seconds = row.Seconds,
        CostMicros = row.CostMicros,
        Reason = row.Reason,
        KeyId = row.KeyId,
        IdempotencyKey = row.IdempotencyKey,
        CreatedAt = row.CreatedAt,
    };
}
