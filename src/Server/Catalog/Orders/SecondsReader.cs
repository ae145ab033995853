using System.Text.Json;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>How long the video is. Whole seconds only; a fraction is refused, never rounded.</summary>
internal static class SecondsReader
{
    private const int Shortest = 1;
    private const int Longest = 60;

    // A clip of 5 s is a frame or two longer in its file.
    private const decimal Slack = 0.1m;

    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<int>(Parameters.Seconds, ReadValue, out var seconds, out var path) is { } error) return error;
        if (path is null) return null;
        if (draft.SecondsEcho.Length == 0) draft.SecondsEcho = seconds.ToString();

        // Pictures have no length: callers of one gateway send it all the same, and see it echoed.
        if (draft.Model.Spec.IsImage) return null;
        if (draft.Offers.TrueForAll(offer => offer.Seconds.IsNone)) return FollowsSource(draft, path, seconds);
        var allowed = Allowed(draft.Offers);
        var made = Made(draft.Offers, seconds);
        if (made is null)
        {
            return OrderErrors.Invalid(
                "invalid_seconds", path, seconds.ToString(), $"`{draft.Model.Name}` makes {allowed} seconds{OrderErrors.Where(draft, offer => offer.Seconds.Resolve(seconds) is not null)}."
                + OrderErrors.FamilyWith(draft, offer => offer.Seconds.Resolve(seconds) is not null));
        }

        draft.TryNarrow(offer => offer.Seconds.Resolve(seconds) == made);
        draft.Seconds = made.Value;
        if (made != seconds) draft.Note(Parameters.Seconds.Name, made.ToString(), "rounded", $"`{draft.Model.Name}` makes {allowed} seconds");
        return null;
    }

    /// <summary>Sets the length where none was asked, once everything that was asked has chosen the upstream models.</summary>
    public static void Complete(OrderDraft draft)
    {
        if (draft.Model.Spec.Seconds is { } spec && draft.Seconds == 0) SetDefault(draft, spec);
        if (draft.Seconds == 0 && !draft.Model.Spec.IsImage)
        {
            // The source decides: what is known of its length is reserved for, else the longest allowed.
            var known = draft.Source?.Seconds is { } measured ? Math.Max((int)Math.Ceiling(measured - Slack), 1) : 0;
            draft.BilledSeconds = known > 0 ? known : draft.Model.Spec.MaxSourceSeconds ?? Longest;
            if (draft.SecondsEcho.Length == 0 && known > 0) draft.SecondsEcho = known.ToString();
        }

        if (draft.SecondsEcho.Length == 0) draft.SecondsEcho = draft.Seconds.ToString();
    }

    private static void SetDefault(OrderDraft draft, SecondsSpec spec)
    {
        var offers = draft.Offers.FindAll(offer => !offer.Seconds.IsNone);
        if (offers.Count == 0) return;
        var usual = spec.WhereNoneIsAsked(seconds => offers.Exists(offer => offer.Seconds.Allows(seconds)));
        int[] wanted = [usual, offers[0].Seconds.Values.First()];
        draft.Seconds = wanted.First(seconds => draft.TryNarrow(offer => offer.Seconds.Allows(seconds)));
        draft.Note(Parameters.Seconds.Name, draft.Seconds.ToString(), "default", "none was asked");
    }

    // The shortest way to what was asked: a length made as it is comes before one that is rounded.
    private static int? Made(List<ModelOffer> offers, int seconds) => offers.Exists(offer => offer.Seconds.Allows(seconds))
        ? seconds
        : offers.Select(offer => offer.Seconds.Resolve(seconds)).FirstOrDefault(made => made is not null);

    private static ApiError? FollowsSource(OrderDraft draft, string path, int seconds) => draft.Mode == "extend"
        ? OrderErrors.Unsupported(path, seconds.ToString(), draft.Model.Name, "It extends by a length of its own; leave it out.")
        : ExtrasReader.Report(draft, path, "seconds_follow_source", $"`{path}` = `{seconds}` has no effect: the result is as long as its source.");

    /// <summary>Reads one length, with or without its unit.</summary>
    public static ApiError? ReadValue(Asked asked, out int seconds)
    {
        var isNumber = asked.Value.ValueKind is JsonValueKind.String
            ? Values.TryInteger(WithoutUnit(asked.Value.GetString().AsSpan().Trim()), out seconds)
            : Values.TryInteger(asked.Value, out seconds);
        return !isNumber || seconds is < Shortest or > Longest
            ? OrderErrors.Invalid("invalid_seconds", asked.Path, Values.Show(asked.Value), $"It is a whole number of seconds from {Shortest} to {Longest}.")
            : null;
    }

    private static ReadOnlySpan<char> WithoutUnit(ReadOnlySpan<char> text) => text is [.., 's' or 'S'] ? text[..^1] : text;

    private static string Allowed(List<ModelOffer> offers)
    {
        var rules = offers.Where(offer => !offer.Seconds.IsNone).Select(offer => offer.Seconds.ToString()).Distinct().ToList();
        return rules.Count == 1 ? rules[0] : string.Join(", ", offers.SelectMany(offer => offer.Seconds.Values).Distinct().Order());
    }
}
