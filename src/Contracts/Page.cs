using System.Text.Json.Serialization;

namespace Reelay.Contracts;

/// <summary>A page of a list. All five keys are always there: SDKs page by <c>last_id</c>.</summary>
/// <param name="Data">The rows.</param>
/// <param name="FirstId">Id of the first row; null on an empty page.</param>
/// <param name="LastId">Id of the last row, likewise.</param>
/// <param name="HasMore">Whether there is a next page.</param>
/// <param name="Object">Always <c>list</c>.</param>
public sealed record Page<T>(
    IReadOnlyList<T> Data,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? FirstId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? LastId,
    bool HasMore,
    string Object = "list");

/// <summary>Makes pages.</summary>
public static class Page
{
    /// <summary>A page of rows that are shown.</summary>
    /// <param name="rows">The rows in their order.</param>
    /// <param name="id">The id of a row, which the next page is asked for with.</param>
    /// <param name="hasMore">Whether there is a next page.</param>
    public static Page<T> Of<T>(IReadOnlyList<T> rows, Func<T, string> id, bool hasMore) =>
        new(rows, rows.Count > 0 ? id(rows[0]) : null, rows.Count > 0 ? id(rows[^1]) : null, hasMore);
}
