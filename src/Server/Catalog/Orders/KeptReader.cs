using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>What is stored and echoed but changes nothing, and what only has one answer here.</summary>
internal static class KeptReader
{
    /// <summary>Longest id of the caller's own, in characters.</summary>
    public const int MaxIdLength = 512;

    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<string>(Parameters.ExternalTaskId, Id, out var id, out _) is { } error)
        {
            return error;
        }

        draft.ExternalTaskId = id;
        return ReadUser(draft) ?? ReadCount(draft) ?? ReadResponseFormat(draft);
    }

    // The end user's id: kept here, and sent as a hash where the upstream has an abuse id.
    private static ApiError? ReadUser(OrderDraft draft)
    {
        var error = draft.Asked.One<string>(Parameters.User, Id, out var user, out var path);
        if (error is not null || path is null) return error;
        draft.User = user;
        return draft.Offers.Exists(offer => offer.TakesUser)
            ? null
            : ExtrasReader.Report(draft, path, "unsupported_parameter", $"`{path}` is kept with the task; `{draft.Model.Name}` has no place for it.");
    }

    /// <summary>Reads an id of the caller's own; numbers are taken as they are written.</summary>
    public static ApiError? Id(Asked asked, out string value)
    {
        value = asked.Value.ValueKind is System.Text.Json.JsonValueKind.Number ? asked.Value.GetRawText() : "";
        if (value.Length == 0 && Values.Text(asked, out value) is { } error)
        {
            return error;
        }

        return value.Length > MaxIdLength
            ? OrderErrors.Invalid("invalid_type", asked.Path, Values.Show(asked.Value), $"It has at most {MaxIdLength} characters.")
            : null;
    }

    private static ApiError? ReadCount(OrderDraft draft)
    {
        if (draft.Asked.One<int>(Parameters.Count, CountValue, out var count, out var path) is { } error) return error;
        if (path is null) return null;
        draft.Count = count;
        var most = draft.Offers.Max(offer => offer.MaxOutputs);
        return draft.TryNarrow(offer => offer.MaxOutputs >= count)
            ? null
            : OrderErrors.Unsupported(path, count.ToString(), draft.Model.Name, most == 1 ? "Allowed: 1." : $"Allowed: 1 to {most}.");
    }

    private static ApiError? CountValue(Asked asked, out int count) =>
        Values.TryInteger(asked.Value, out count) && count >= 1
            ? null
            : OrderErrors.Invalid("invalid_type", asked.Path, Values.Show(asked.Value), "It is a whole number of at least 1.");

    private static ApiError? ReadResponseFormat(OrderDraft draft)
    {
        var error = draft.Asked.One<string>(Parameters.ResponseFormat, Values.Text, out var format, out var path);
        return error is not null || format is null or "url"
            ? error
            : OrderErrors.Unsupported(path!, Api.Reading.Shown.Value(format), draft.Model.Name, "Allowed: url. The bytes are at GET /v1/videos/{id}/content.");
    }
}
