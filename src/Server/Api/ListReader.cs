using Reelay.Contracts;
using Reelay.Server.Api.Reading;
using Reelay.Server.Assets.Links;
using Reelay.Server.Engine.Polling;
using Reelay.Server.Tasks;

namespace Reelay.Server.Api;

/// <summary>Reads the query of a list and gives the page, newest first by default.</summary>
internal sealed class ListReader(ITaskStore store, TaskReader reader, BaseUrls baseUrls, LinkSigner links, CompletionEstimates estimates)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    /// <summary>A page of an account's videos.</summary>
    public async Task<ApiResult<Page<Video>>> ReadAsync(HttpRequest request, string accountId)
    {
        var asked = Query(request);
        if (asked.Error is { } error) return error;
        var query = asked.Value! with { AccountId = accountId };
        if (query.AfterId is { } after && !await reader.IsCursorAsync(after, accountId)) return BadCursor(after);
        var rows = await RowsAsync(query);
        var baseUrl = baseUrls.Of(request);
        var page = new List<Video>(rows.Count);
        foreach (var row in rows.Take(query.Limit))
        {
            // The same snapshot as a single read gives, so that a list never shows an older state than the read before it.
            if (await reader.FindAsync(row.Id, accountId) is not { } found) continue;
            page.Add(VideoBodies.From(found.Task, found.Assets, baseUrl, links, found.QueuePosition, found.Estimate(estimates)));
        }

        return Page.Of(page, row => row.Id, rows.Count > query.Limit);
    }

    /// <summary>The query of a list as callers and operators send it: <c>limit</c>, <c>order</c>, <c>after</c>, <c>external_task_id</c>, <c>user</c>.</summary>
    public static ApiResult<TaskListQuery> Query(HttpRequest request)
    {
        var page = PageQuery(request);
        if (page.Error is { } wrong) return wrong;
        var after = (string?)request.Query["after"];
        var cursor = string.IsNullOrEmpty(after) ? null : TaskIds.Normalize(after);
        if (cursor is null && !string.IsNullOrEmpty(after)) return BadCursor(after);
        return page.Value! with
        {
            AfterId = cursor,
            ExternalTaskId = request.Query["external_task_id"],
            EndUser = request.Query["user"],
        };
    }

    /// <summary>The part of it that all lists share: <c>limit</c> and <c>order</c>.</summary>
    public static ApiResult<TaskListQuery> PageQuery(HttpRequest request)
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

        return new TaskListQuery { Limit = limit, IsDescending = order == "desc" };
    }

    // One row more than asked says whether there is a next page; a page of none has none.
    private Task<IReadOnlyList<GenerationTask>> RowsAsync(TaskListQuery query) =>
        query.Limit == 0
            ? Task.FromResult<IReadOnlyList<GenerationTask>>([])
            : store.ListAsync(query with { Limit = query.Limit + 1 }, CancellationToken.None);

    private static ApiError BadCursor(string after) => ApiError.Invalid(
        "invalid_after", "after", $"after must be the id of a video of yours, for example the last_id of the page before, not '{Shown.Value(after)}'.");
}
