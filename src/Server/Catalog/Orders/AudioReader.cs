using Reelay.Server.Api;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Whether the result has sound.</summary>
internal static class AudioReader
{
    public static ApiError? Read(OrderDraft draft)
    {
        if (draft.Asked.One<bool>(Parameters.Audio, ReadValue, out var wanted, out var path) is { } error)
        {
            return error;
        }

        var audio = draft.Offers[0].Audio;

        // Silence where there is no sound, and no word about it where nobody can say, ask for nothing.
        if (path is null || draft.TryNarrow(offer => Makes(offer, wanted)))
        {
            draft.Audio = path is null ? null : wanted;
            return null;
        }

        return OrderErrors.Unsupported(
            path, wanted ? "on" : "off", draft.Model.Name, Explain(audio) + OrderErrors.Where(draft, offer => Makes(offer, wanted)) + "."
            + OrderErrors.FamilyWith(draft, offer => Makes(offer, wanted)));
    }

    /// <summary>Sets the sound where none was asked, once everything that was asked has chosen the upstream models.</summary>
    public static void Complete(OrderDraft draft)
    {
        if (draft.Model.Spec.IsImage) return;
        draft.Audio ??= draft.Offers[0].Audio switch
        {
            "always" => true,
            "never" => false,
            "choice" => draft.Model.Spec.DefaultAudio,
            _ => null,
        };

        // Upstream models that would make something else than the one chosen are no substitutes for it.
        draft.TryNarrow(offer => draft.Audio is { } audio ? Makes(offer, audio) : offer.Audio == "unknown");
    }

    private static bool Makes(ModelOffer offer, bool audio) => offer.Audio == "choice" || offer.Audio == (audio ? "always" : "never");

    private static ApiError? ReadValue(Asked asked, out bool value) =>
        Values.TryBoolean(asked.Value, out value)
            ? null
            : OrderErrors.Invalid("invalid_type", asked.Path, Values.Show(asked.Value), "It is true or false, or on or off.");

    private static string Explain(string audio) => audio switch
    {
        "always" => "Its videos always have sound; allowed: on",
        "never" => "Its videos have no sound; allowed: off",
        _ => "It does not let callers choose sound",
    };
}
