import { Type } from 'class-transformer';
import {
  IsDate,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  Min,
} from 'class-validator';

/** The document, with a rule for each field. */
export class UsualEvent {
  @IsUUID()
  message_id!: string;

  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  service_name!: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  instance_id?: string;

  @IsIn(['healthy', 'degraded', 'unhealthy', 'unknown'])
  status!: string;

  @Type(() => Date)
  @IsDate()
  timestamp!: Date;

  @IsOptional()
  @IsNumber()
  @Min(0)
  response_time_ms?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  ttl_seconds?: number;

  @IsOptional()
  @IsString()
  version?: string;

  @IsOptional()
  @IsObject()
  checks?: Record<string, unknown>;
}
