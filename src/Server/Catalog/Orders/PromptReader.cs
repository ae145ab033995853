using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>The prompt's length, counted in Unicode code points; it is never cut. Whether one is needed is the mode's business.</summary>
internal static class PromptReader
{
    public static ApiError? Read(OrderDraft draft)
    {
        // No text has more code points than characters, so that the common case needs no count.
        var length = draft.Prompt.Length;
        var max = draft.Offers.Max(offer => offer.MaxPromptLength);
        if (length > draft.Offers.Min(offer => offer.MaxPromptLength)) length = Count(draft.Prompt);
        return draft.TryNarrow(offer => offer.MaxPromptLength >= length)
            ? null
            : OrderErrors.PromptTooLong(length, draft.Model.Name, max);
    }

    /// <summary>Unicode code points of a text.</summary>
    public static int Count(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}
