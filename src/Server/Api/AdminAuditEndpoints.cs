using System.Globalization;
using System.Text.Json.Nodes;
using Reelay.Contracts;
using Reelay.Server.Api.Reading;
using Reelay.Server.Audit;

namespace Reelay.Server.Api;

/// <summary>What operators changed, for operators.</summary>
internal sealed class AdminAuditEndpoints(Authentication authentication, IAuditStore store)
{
    private const string IdPrefix = "aud_";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/admin/v1/audit_log", ListAsync);

    private Task ListAsync(HttpContext context)
    {
        var query = authentication.AuthenticateAdmin(context).Error is { } refused ? refused : Query(context.Request);
        if (query.Error is { } error) return ErrorWriter.WriteAsync(context, error);
        var limit = query.Value!.Limit;
        var rows = limit == 0 ? [] : store.List(query.Value with { Limit = limit + 1 });
        var page = rows.Take(limit).Select(Body).ToList();
        return JsonAnswer.WriteAsync(context, Page.Of(page, row => row.Id, rows.Count > limit), ContractsJson.Default.PageAdminAuditEntry);
    }

    private static ApiResult<AuditQuery> Query(HttpRequest request)
    {
        var page = ListReader.PageQuery(request);
        if (page.Error is { } wrong) return wrong;
        if (Moment(request, "since", out var since) is { } badSince) return badSince;
        if (Moment(request, "until", out var until) is { } badUntil) return badUntil;
        var after = (string?)request.Query["after"];
        long id = 0;
        if (!string.IsNullOrEmpty(after)
            && !(after.StartsWith(IdPrefix, StringComparison.Ordinal) && long.TryParse(after.AsSpan(IdPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out id)))
        {
            return ApiError.Invalid("invalid_after", "after", $"after must be the id of an entry, for example the last_id of the page before, not '{Shown.Value(after)}'.");
        }

        return new AuditQuery
        {
            KeyId = request.Query["key_id"],
            Route = request.Query["route"],
            Target = request.Query["target"],
            Since = since,
            Until = until,
            AfterId = string.IsNullOrEmpty(after) ? null : id,
            IsDescending = page.Value!.IsDescending,
            Limit = page.Value.Limit,
        };
    }

    private static ApiError? Moment(HttpRequest request, string name, out long? moment)
    {
        moment = null;
        var text = (string?)request.Query[name];
        if (text is null) return null;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return ApiError.Invalid("invalid_time", name, $"{name} must be a moment in Unix milliseconds, not '{Shown.Value(text)}'.");
        moment = milliseconds;
        return null;
    }

    private static AdminAuditEntry Body(AuditRow row)
    {
        var fields = JsonNode.Parse(row.Entry.FieldsJson)!;
        return new AdminAuditEntry
        {
            Id = IdPrefix + row.Id.ToString(CultureInfo.InvariantCulture),
            At = row.Entry.At,
            KeyId = row.Entry.KeyId,
            Address = row.Entry.Address,
            Method = row.Entry.Method,
            Route = row.Entry.Route,
            Target = row.Entry.Target ?? row.Outcome?.Made,
            Fields = fields["values"]!.DeepClone().AsObject(),
            OtherFields = [.. fields["names"]!.AsArray().Select(name => (string)name!)],
            Status = row.Outcome?.Status,
            ErrorCode = row.Outcome?.ErrorCode,
            FinishedAt = row.Outcome?.At,
        };
    }
}
