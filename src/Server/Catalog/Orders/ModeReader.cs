using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Which task mode: the one asked for in one of its spellings, else the one that the inputs imply.</summary>
internal static class ModeReader
{
    private static readonly string[] _qualities = ["std", "pro", "4k"];

    public static ApiError? Read(OrderDraft draft)
    {
        if (ReadAsked(draft, out var mode, out var path) is { } error) return error;
        if (mode is null)
        {
            mode = ModeInference.Infer(draft);
            if (mode is null) return NoMode(draft);
            draft.Note(Parameters.Mode.Name, mode, "inferred", ModeInference.Explain(draft));
        }

        draft.Mode = mode;
        return draft.TryNarrow(offer => offer.Modes.Contains(mode)) ? null : Unknown(draft, path ?? Parameters.Mode.Name, mode);
    }

    /// <summary>The words of <c>mode</c> that are one vendor's quality.</summary>
    public static bool IsQuality(Asked asked) =>
        asked.Value.ValueKind is System.Text.Json.JsonValueKind.String && _qualities.Contains(Word(asked.Value.GetString()!));

    private static ApiError? ReadAsked(OrderDraft draft, out string? mode, out string? path)
    {
        (mode, path) = (draft.Terms.Route.Mode, null);
        foreach (var asked in draft.Asked.All)
        {
            string? found;
            if (ReferenceEquals(asked.Parameter, Parameters.Mode) && !IsQuality(asked))
            {
                if (ReadMode(draft, asked, out found) is { } error) return error;
            }
            else if (ReferenceEquals(asked.Parameter, Parameters.FunctionMode) || ReferenceEquals(asked.Parameter, Parameters.GenerationType))
            {
                if (ReadFunction(draft, asked, out found) is { } error) return error;
            }
            else if (ReferenceEquals(asked.Parameter, Parameters.FirstLastFrame))
            {
                if (!Values.TryBoolean(asked.Value, out var isWanted)) return OrderErrors.WrongType(asked, "true or false");
                if (!isWanted) continue;
                if (ReadFrames(draft, asked, out found) is { } error) return error;
            }
            else
            {
                continue;
            }

            if (mode is not null && found != mode) return OrderErrors.Conflict(path ?? "the route", asked.Path);
            (mode, path) = (found, asked.Path);
        }

        return null;
    }

    private static ApiError? ReadMode(OrderDraft draft, Asked asked, out string? mode)
    {
        mode = null;
        if (Values.Text(asked, out var text) is { } error) return error;
        var word = Word(text);
        foreach (var (name, spec) in draft.Model.Spec.Modes)
        {
            if (name == word || (spec.Aliases?.Contains(word) ?? false)) mode = name;
        }

        return mode is null ? Unknown(draft, asked.Path, Api.Reading.Shown.Value(text)) : null;
    }

    private static ApiError? ReadFunction(OrderDraft draft, Asked asked, out string? mode)
    {
        mode = null;
        if (Values.Text(asked, out var text) is { } error) return error;
        switch (Word(text).Replace('-', '_'))
        {
            case "first_last_frames" or "first_last_frame" or "first_and_last_frames_2_video":
                return ReadFrames(draft, asked, out mode);
            case "frame" or "frames" or "image_to_video" or "image_2_video":
                mode = ModeInference.ForFrames(draft);
                break;
            case "omni_reference" or "reference" or "reference_2_video" or "reference_to_video":
                mode = ModeInference.ForReferences(draft);
                break;
            case "text_to_video" or "text_2_video" or "text":
                mode = ModeInference.ForText(draft);
                break;
            default:
                return OrderErrors.Invalid("invalid_mode", asked.Path, Api.Reading.Shown.Value(text), "It is first_last_frames, omni_reference, frame, reference or text-to-video.");
        }

        return mode is null ? Unknown(draft, asked.Path, Api.Reading.Shown.Value(text)) : null;
    }

    // One picture is the first frame alone, as the names of one gateway allow.
    private static ApiError? ReadFrames(OrderDraft draft, Asked asked, out string? mode)
    {
        mode = ModeInference.PictureCount(draft) == 1 ? ModeInference.ForFrames(draft) : ModeInference.ForLastFrame(draft);
        return mode is null ? Unknown(draft, asked.Path, Values.Show(asked.Value)) : null;
    }

    private static string Word(string text) => text.Trim().ToLowerInvariant();

    private static string Modes(OrderDraft draft) => string.Join(", ", draft.AllOffers.SelectMany(offer => offer.Modes).Distinct());

    private static ApiError Unknown(OrderDraft draft, string path, string mode) => draft.Terms.Route.NeedsSource && path == Parameters.Mode.Name
        ? OrderErrors.UnsupportedOperation(draft, draft.Terms.Route.Mode!)
        : OrderErrors.Unsupported(path, mode, draft.Model.Name, $"Its modes are {Modes(draft)}.{OrderErrors.OthersWith(draft, mode)}");

    private static ApiError NoMode(OrderDraft draft)
    {
        var path = draft.Media.Count > 0 ? draft.Media[0].Path : draft.SourcePath ?? Parameters.Mode.Name;
        return OrderErrors.Unsupported(path, draft.Media.Count == 1 ? "an input file" : $"{draft.Media.Count} input files", draft.Model.Name, $"Its modes are {Modes(draft)}.");
    }
}
