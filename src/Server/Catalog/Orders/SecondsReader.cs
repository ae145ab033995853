using System.Text.Json;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>How long the video is. Whole seconds only; a fraction is refused, never rounded.</summary>
internal static class SecondsReader
{
    private const int Shortest = 1;
    private const int Longest = 60;
    private const int UsualDefault = 4;

    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<int>(Parameters.Seconds, ReadValue, out var seconds, out var path) is { } error)
        {
            return error;
        }

        var allowed = Allowed(draft.Offers);
        if (path is not null && !draft.TryNarrow(offer => offer.Seconds.Allows(seconds)))
        {
            return OrderErrors.Invalid("invalid_seconds", path, seconds.ToString(), $"`{draft.Model.Name}` makes {allowed} seconds.");
        }

        draft.Seconds = seconds;
        return null;
    }

    /// <summary>Sets the length where none was asked, once everything that was asked has chosen the upstream models.</summary>
    public static void Complete(OrderDraft draft)
    {
        if (draft.Seconds > 0)
        {
            return;
        }

        int[] wanted = [UsualDefault, draft.Model.Spec.Seconds.Default, draft.Offers[0].Seconds.Values.First()];
        draft.Seconds = wanted.First(seconds => draft.TryNarrow(offer => offer.Seconds.Allows(seconds)));
    }

    private static ApiError? ReadValue(Asked asked, out int seconds)
    {
        var isNumber = asked.Value.ValueKind is JsonValueKind.String
            ? Values.TryInteger(asked.Value.GetString().AsSpan().Trim().TrimEnd("sS"), out seconds)
            : Values.TryInteger(asked.Value, out seconds);
        return !isNumber || seconds is < Shortest or > Longest
            ? OrderErrors.Invalid("invalid_seconds", asked.Path, Values.Show(asked.Value), $"It is a whole number of seconds from {Shortest} to {Longest}.")
            : null;
    }

    private static string Allowed(List<ModelOffer> offers) => offers.Count == 1
        ? offers[0].Seconds.ToString()
        : string.Join(", ", offers.SelectMany(offer => offer.Seconds.Values).Distinct().Order());
}
