using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Files;

/// <summary>Reads the query of a list of files: <c>limit</c>, <c>order</c>, <c>after</c>, <c>purpose</c>.</summary>
internal static class FileListReader
{
    // OpenAI's default is 10,000, which one answer should not be made to hold; its .NET client reads the first page only, so a page is still
    // large. It is the default and the most.
    private const int MaxLimit = 1_000;

    /// <summary>The query, or what is wrong with it.</summary>
    public static ApiResult<FileListQuery> Read(HttpRequest request, string accountId)
    {
        var limit = MaxLimit;
        if ((string?)request.Query["limit"] is { } text && (!int.TryParse(text, out limit) || limit is < 0 or > MaxLimit))
        {
            return ApiError.Invalid(
                "invalid_limit", "limit", $"limit must be a whole number from 0 to {MaxLimit}, not '{Shown.Value(text)}'; has_more and after lead to the rest.");
        }

        var order = (string?)request.Query["order"] ?? "desc";
        if (order is not ("asc" or "desc"))
        {
            return ApiError.Invalid("invalid_order", "order", $"order must be 'asc' or 'desc', not '{Shown.Value(order)}'.");
        }

        // The id alone is a place in the order: a list goes on behind a file that was deleted meanwhile.
        var after = (string?)request.Query["after"] is { Length: > 0 } cursor ? cursor : null;
        if (after is not null && !UploadIds.IsFile(after))
        {
            return ApiError.Invalid(
                "invalid_after", "after", $"after must be the id of a file, for example the last_id of the page before, not '{Shown.Value(after)}'.");
        }

        var purpose = (string?)request.Query["purpose"] is { Length: > 0 } only ? only : null;
        return new FileListQuery { AccountId = accountId, Limit = limit, IsDescending = order == "desc", AfterId = after, Purpose = purpose };
    }
}
