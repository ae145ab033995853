using System.Text.Json.Serialization;

namespace Reelay.Contracts;

/// <summary>How every public record is written: snake case, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Video))]
[JsonSerializable(typeof(Page<Video>))]
[JsonSerializable(typeof(DeletedVideo))]
[JsonSerializable(typeof(Model))]
[JsonSerializable(typeof(Page<Model>))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(Key))]
[JsonSerializable(typeof(Page<Key>))]
[JsonSerializable(typeof(DeletedKey))]
[JsonSerializable(typeof(Channel))]
[JsonSerializable(typeof(Page<Channel>))]
[JsonSerializable(typeof(DeletedChannel))]
[JsonSerializable(typeof(ChannelTest))]
[JsonSerializable(typeof(AdminTask))]
[JsonSerializable(typeof(Page<AdminTask>))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(FileObject))]
[JsonSerializable(typeof(Page<FileObject>))]
[JsonSerializable(typeof(DeletedFile))]
[JsonSerializable(typeof(Character))]
[JsonSerializable(typeof(Estimate))]
[JsonSerializable(typeof(WebhookEndpoint))]
[JsonSerializable(typeof(Page<WebhookEndpoint>))]
[JsonSerializable(typeof(DeletedWebhookEndpoint))]
[JsonSerializable(typeof(WebhookEndpointTest))]
[JsonSerializable(typeof(WebhookEventTypes))]
[JsonSerializable(typeof(WebhookSecret))]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(WebhookDelivery))]
[JsonSerializable(typeof(Page<WebhookDelivery>))]
public sealed partial class ContractsJson : JsonSerializerContext;
