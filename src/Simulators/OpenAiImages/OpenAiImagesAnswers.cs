using System.Text.Json.Nodes;
using Reelay.Simulators.OpenAi;

namespace Reelay.Simulators.OpenAiImages;

/// <summary>What OpenAI's image calls answer.</summary>
internal static class OpenAiImagesAnswers
{
    private const int SquarePixels = 1024 * 1024;
    private const int TokensOfInput = 256;

    /// <summary>The answer that holds the pictures.</summary>
    public static JsonObject Pictures(OpenAiImagesOrder order, DateTimeOffset createdAt, JsonArray data) => new()
    {
        ["created"] = createdAt.ToUnixTimeSeconds(),
        ["background"] = order.Background == "auto" ? "opaque" : order.Background,
        ["data"] = data,
        ["output_format"] = order.Format,
        ["quality"] = order.Quality == "auto" ? "medium" : order.Quality,
        ["size"] = $"{order.WidthPixels}x{order.HeightPixels}",
        ["usage"] = Usage(order),
    };

    /// <summary>The refusal of a prompt or of a picture.</summary>
    /// <param name="stage"><c>input</c> before the work, <c>output</c> after it.</param>
    public static SimulatedResponse Blocked(string stage) => SimulatedResponse.Json(400, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["message"] = "Your request was rejected by the safety system.",
            ["type"] = "image_generation_user_error",
            ["param"] = null,
            ["code"] = "moderation_blocked",
            ["moderation_details"] = new JsonObject { ["moderation_stage"] = stage, ["categories"] = new JsonArray("violence") },
        },
    });

    /// <summary>The refusal of an empty account; waiting would not help.</summary>
    public static SimulatedResponse NoQuota() => OpenAiErrors.Envelope(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        null,
        "insufficient_quota");

    /// <summary>The refusal of a body that could not be read.</summary>
    public static SimulatedResponse Unreadable(BodyProblem problem) => problem switch
    {
        BodyProblem.UnknownType => OpenAiErrors.Invalid(
            "Unsupported content type: use 'multipart/form-data' or 'application/json'.", null, "unsupported_content_type"),
        BodyProblem.TooLarge => OpenAiErrors.Envelope(
            413, "The request body is too large.", "invalid_request_error", null, "request_too_large"),
        _ => OpenAiErrors.Invalid("We could not parse the body of your request.", null, null),
    };

    private static JsonObject Usage(OpenAiImagesOrder order)
    {
        // 196 is the documented count of a square at low quality; the others follow from the documented prices.
        long perSquare = order.Quality switch { "low" => 196, "high" => 7033, "xhigh" => 14_066, "max" => 28_132, _ => 1767 };
        long output = perSquare * order.WidthPixels * order.HeightPixels / SquarePixels * order.Count;
        long text = 1 + (order.Prompt.Length / 4);
        long images = order.InputCount * TokensOfInput;
        return new JsonObject
        {
            ["input_tokens"] = text + images,
            ["input_tokens_details"] = new JsonObject { ["text_tokens"] = text, ["image_tokens"] = images },
            ["output_tokens"] = output,
            ["output_tokens_details"] = new JsonObject { ["text_tokens"] = 0, ["image_tokens"] = output },
            ["total_tokens"] = text + images + output,
        };
    }
}
