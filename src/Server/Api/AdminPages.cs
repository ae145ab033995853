using Reelay.Server.Accounts;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Api;

/// <summary>Which page of a list an operator asks for: <c>limit</c>, <c>order</c>, <c>after</c>, <c>name</c>.</summary>
internal static class AdminPages
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private const int MaxTextLength = 100;

    /// <summary>Reads the query. The limit is that of the page; whoever reads rows reads one more.</summary>
    public static ApiResult<PageQuery> Read(HttpRequest request)
    {
        var limit = DefaultLimit;
        var text = (string?)request.Query["limit"];
        if (text is not null && (!int.TryParse(text, out limit) || limit is < 0 or > MaxLimit))
        {
            return ApiError.Invalid("invalid_limit", "limit", $"limit must be a whole number from 0 to {MaxLimit}, not '{Shown.Value(text)}'.");
        }

        var order = (string?)request.Query["order"] ?? "desc";
        if (order is not ("asc" or "desc"))
        {
            return ApiError.Invalid("invalid_order", "order", $"order must be 'asc' or 'desc', not '{Shown.Value(order)}'.");
        }

        var after = (string?)request.Query["after"];
        if (after?.Length > MaxTextLength) return BadCursor(after);
        var name = (string?)request.Query["name"];
        if (name?.Length > MaxTextLength)
        {
            return ApiError.Invalid("invalid_name", "name", $"name must be the beginning of a name, {MaxTextLength} characters at most, not '{Shown.Value(name)}'.");
        }

        return new PageQuery(limit, order == "desc", Named(after), Named(name));
    }

    /// <summary>The row to begin after does not exist.</summary>
    public static ApiError BadCursor(string after) => ApiError.Invalid(
        "invalid_after", "after", $"after must be an id of the list, for example the last_id of the page before, not '{Shown.Value(after)}'.");

    private static string? Named(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
