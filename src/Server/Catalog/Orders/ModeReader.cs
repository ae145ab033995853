using Reelay.Providers;
using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Which task mode: the one asked for, else the one the inputs imply. Checks that the mode has what it needs.</summary>
internal static class ModeReader
{
    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<string>(Parameters.Mode, ReadMode, out var mode, out var path) is { } error)
        {
            return error;
        }

        var hasFirstFrame = draft.FirstFrames.Count > 0;
        mode ??= hasFirstFrame ? "i2v" : "t2v";
        var modes = string.Join(", ", draft.Offers.SelectMany(offer => offer.Modes).Distinct());
        if (!draft.TryNarrow(offer => offer.Modes.Contains(mode)))
        {
            return OrderErrors.Unsupported(
                path ?? (hasFirstFrame ? draft.FirstFrames[0].Path : Parameters.Mode.Name), mode, draft.Model.Name, $"Its modes are {modes}.");
        }

        draft.Mode = mode;
        return CheckInputs(draft, hasFirstFrame);
    }

    private static ApiError? ReadMode(Asked asked, out string mode)
    {
        var error = Values.Text(asked, out mode);
        mode = mode.Trim().ToLowerInvariant();
        return error;
    }

    private static ApiError? CheckInputs(OrderDraft draft, bool hasFirstFrame)
    {
        var required = draft.Model.Spec.Modes[draft.Mode].Requires;
        if (draft.Prompt.Length == 0 && required.Contains(Parameters.Prompt.Name))
        {
            return OrderErrors.PromptRequired(draft.Model.Name);
        }

        var needsFirstFrame = required.Contains(MediaRoles.Name(MediaRole.FirstFrame));
        if (needsFirstFrame && !hasFirstFrame)
        {
            return ApiError.Invalid(
                "input_reference_required", Parameters.FirstFrame.Name, $"Mode `{draft.Mode}` of `{draft.Model.Name}` needs `{Parameters.FirstFrame.Name}`.");
        }

        return hasFirstFrame && !needsFirstFrame
            ? OrderErrors.Conflict(Parameters.Mode.Name, draft.FirstFrames[0].Path) with
            {
                Message = $"Mode `{draft.Mode}` takes no picture, but `{draft.FirstFrames[0].Path}` holds one.",
            }
            : null;
    }
}
