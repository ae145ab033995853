using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Reelay.Contracts;
using Reelay.Server.OpenApi;

namespace Reelay.Tests.OpenApi;

/// <summary>The records that answers are written from, and the schemas that describe them: the same keys, and the same of them always there.</summary>
public sealed class ContractSchemaTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly JsonElement Schemas =
        JsonDocument.Parse(ApiDescription.Whole().ToJsonString()).RootElement.GetProperty("components").GetProperty("schemas");

    public static TheoryData<string, Type> Records() => new()
    {
        { "Video", typeof(Video) },
        { "VideoError", typeof(VideoError) },
        { "VideoOutput", typeof(VideoOutput) },
        { "VideoWarning", typeof(VideoWarning) },
        { "VideoEffective", typeof(VideoEffective) },
        { "VideoUsage", typeof(VideoUsage) },
        { "VideoCost", typeof(VideoCost) },
        { "VideoList", typeof(Page<Video>) },
        { "Balance", typeof(Balance) },
        { "UsageRow", typeof(UsageRow) },
        { "UsageList", typeof(Page<UsageRow>) },
        { "DeletedVideo", typeof(DeletedVideo) },
        { "Estimate", typeof(Estimate) },
        { "EstimateNote", typeof(EstimateNote) },
        { "EstimateExplanation", typeof(EstimateExplanation) },
        { "EstimateRequest", typeof(EstimateRequest) },
        { "Error", typeof(ErrorBody) },
        { "ErrorDetail", typeof(ErrorDetail) },
        { "FileObject", typeof(FileObject) },
        { "FileList", typeof(Page<FileObject>) },
        { "DeletedFile", typeof(DeletedFile) },
        { "Character", typeof(Character) },
        { "Model", typeof(Model) },
        { "ModelList", typeof(Page<Model>) },
        { "ModelCapabilities", typeof(ModelCapabilities) },
        { "ModelSuccessorMapping", typeof(ModelSuccessorMapping) },
        { "ModelMode", typeof(ModelMode) },
        { "ModelSizeBounds", typeof(ModelSizeBounds) },
        { "ModelReference", typeof(ModelReference) },
        { "ModelParameter", typeof(ModelParameter) },
        { "ModelPrice", typeof(ModelPrice) },
        { "WebhookEndpoint", typeof(WebhookEndpoint) },
        { "WebhookEndpointList", typeof(Page<WebhookEndpoint>) },
        { "DeletedWebhookEndpoint", typeof(DeletedWebhookEndpoint) },
        { "WebhookEndpointTest", typeof(WebhookEndpointTest) },
        { "WebhookEventTypes", typeof(WebhookEventTypes) },
        { "WebhookSecret", typeof(WebhookSecret) },
        { "WebhookEvent", typeof(WebhookEvent) },
        { "WebhookEventData", typeof(WebhookEventData) },
        { "WebhookDelivery", typeof(WebhookDelivery) },
        { "WebhookAttempt", typeof(WebhookAttempt) },
        { "WebhookDeliveryList", typeof(Page<WebhookDelivery>) },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void A_schema_has_the_keys_of_its_record_and_nothing_else(string name, Type record)
    {
        var schema = Schemas.GetProperty(name);
        var keys = ContractsJson.Default.GetTypeInfo(record)!.Properties;
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(
            keys.Select(key => key.Name).Order(StringComparer.Ordinal),
            schema.GetProperty("properties").EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var required = schema.TryGetProperty("required", out var list) ? list.EnumerateArray().Select(item => item.GetString()!) : [];
        Assert.Equal(keys.Where(IsAlwaysThere).Select(key => key.Name).Order(StringComparer.Ordinal), required.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_record_that_is_answered_has_a_schema()
    {
        var known = Records().Select(row => row.Data.Item2).ToHashSet();
        var answered = typeof(Video).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsGenericTypeDefinition: false } && type.GetMethod("<Clone>$") is not null)
            .Where(type => type.Name is not ("Key" or "DeletedKey" or "Channel" or "ChannelCredential" or "DeletedChannel" or "ChannelTest" or "Readiness" or "TimelineEntry") && !type.Name.StartsWith("Admin", StringComparison.Ordinal));
        Assert.Equal([], [.. answered.Where(type => !known.Contains(type)).Select(type => type.Name)]);
    }

    // Null is left out, unless the record says otherwise.
    private static bool IsAlwaysThere(JsonPropertyInfo key)
    {
        var property = (PropertyInfo)key.AttributeProvider!;
        if (property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition == JsonIgnoreCondition.Never) return true;
        return property.PropertyType.IsValueType
            ? Nullable.GetUnderlyingType(property.PropertyType) is null
            : Nullability.Create(property).ReadState == NullabilityState.NotNull;
    }
}
