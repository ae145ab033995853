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

        if (path is not null)
        {
            var audio = draft.Offers[0].Audio;
            if (!draft.TryNarrow(offer => offer.Audio == "choice" || offer.Audio == (wanted ? "always" : "never")))
            {
                return OrderErrors.Unsupported(path, wanted ? "on" : "off", draft.Model.Name, Explain(audio));
            }

            draft.Audio = wanted;
            return null;
        }

        draft.Audio = draft.Offers[0].Audio switch
        {
            "always" => true,
            "never" => false,
            "choice" => draft.Model.Spec.DefaultAudio,
            _ => null,
        };

        // Upstream models that would make something else than the one chosen are no substitutes for it.
        draft.TryNarrow(offer => draft.Audio is null ? offer.Audio == "unknown" : offer.Audio == "choice" || offer.Audio == (draft.Audio.Value ? "always" : "never"));
        return null;
    }

    private static ApiError? ReadValue(Asked asked, out bool value) =>
        Values.TryBoolean(asked.Value, out value)
            ? null
            : OrderErrors.Invalid("invalid_type", asked.Path, Values.Show(asked.Value), "It is true or false, or on or off.");

    private static string Explain(string audio) => audio switch
    {
        "always" => "Its videos always have sound; allowed: on.",
        "never" => "Its videos have no sound; allowed: off.",
        _ => "It does not let callers choose sound.",
    };
}
