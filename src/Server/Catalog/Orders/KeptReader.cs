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
        return HintReader.ReadUser(draft) ?? ReadCount(draft) ?? ReadResponseFormat(draft);
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
        foreach (var asked in draft.Asked.All)
        {
            if (!ReferenceEquals(asked.Parameter, Parameters.Count))
            {
                continue;
            }

            if (!Values.TryInteger(asked.Value, out var count) || count < 1)
            {
                return OrderErrors.Invalid("invalid_type", asked.Path, Values.Show(asked.Value), "It is a whole number of at least 1.");
            }

            if (count > 1)
            {
                return OrderErrors.Unsupported(asked, draft.Model.Name, "Allowed: 1.");
            }
        }

        return null;
    }

    private static ApiError? ReadResponseFormat(OrderDraft draft)
    {
        var error = draft.Asked.One<string>(Parameters.ResponseFormat, Values.Text, out var format, out var path);
        return error is not null || format is null or "url"
            ? error
            : OrderErrors.Unsupported(path!, Api.Reading.Shown.Value(format), draft.Model.Name, "Allowed: url. The bytes are at GET /v1/videos/{id}/content.");
    }
}
